import * as z from 'zod';
import { signCheckpoint as sign } from '../../shared/domain/audit/signed.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** The archive takes what was chained within seconds of being woken. */
const LONGEST_WAIT_MS = 30_000;
const LOOK_AGAIN_MS = 1_000;

/**
 * Leaves: a signed checkpoint beside the blocks, over the last line that the archive holds, where it holds more than the last
 * one vouched for. The hash that is signed is the chain's own, not one that whoever writes the archive says.
 */
export const signCheckpoint = defineFunction({
  name: 'SignCheckpoint',
  needs: ['chained', 'archive', 'archived', 'signed', 'signer', 'clock'],
  /** `atLeast`: it waits until the archive has come to this entry. */
  input: { atLeast: z.number().optional() },
  output: { seq: z.number() },
  async run({ atLeast = 0 }, { chained, archive, archived, signed, signer, clock }) {
    const untilMs = clock.nowMs() + LONGEST_WAIT_MS;
    let seq = await archived.seq();
    for (; seq < atLeast; seq = await archived.seq()) {
      if (clock.nowMs() >= untilMs) throw behind(seq, atLeast);
      await clock.sleep(LOOK_AGAIN_MS);
    }
    if (seq <= (await signed.seq())) return { seq };
    const { chain } = await chained.head();
    const [last] = await chained.lines(seq - 1, 1);
    if (last?.seq !== seq) throw missing(chain, seq);
    const place = { chain, seq, hash: last.hash, atMs: clock.nowMs() };
    await archive.writeCheckpoint(await sign({ kind: 'rekey-audit-checkpoint', ...place }, signer));
    await signed.advance(seq);
    return { seq };
  },
});

function behind(seq: number, atLeast: number): RekeyError {
  return new RekeyError({
    code: 'archive-behind',
    family: 'Throttled',
    message: `the archive holds ${seq} entries, and has not come to entry ${atLeast} in ${LONGEST_WAIT_MS / 1_000} s`,
    safe: 'The chain holds what is missing there; nothing is lost.',
    next: ['look at the log of the function ArchiveAudit'],
  });
}

function missing(chain: string, seq: number): RekeyError {
  return new RekeyError({
    code: 'audit-broken',
    family: 'Unrecoverable',
    message: `entry ${seq} of the chain ${chain} is archived and missing in the table`,
    safe: 'Nothing was signed.',
    next: ['rekey audit verify --archive: the archive holds what was chained before'],
  });
}
