import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import type { State } from '../../local/state.ts';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { verifyExport } from '../../shared/domain/audit/verify.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { formatDuration } from '../../shared/domain/config/duration.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const AT_ONCE = 1_000;
const LOOK_EVERY_MS = 500;

export async function tail(
  context: Context,
  options: { readonly n: string; readonly follow?: boolean },
): Promise<ExitCode> {
  return withState(context, async ({ services }) => {
    const { seq } = await services.audit.chainPending();
    const stopping = new AbortController();
    process.once('SIGINT', () => stopping.abort());
    let after = Math.max(0, seq - Number(options.n));
    for (;;) {
      for (const { seq: own, line } of await services.audit.lines(after, AT_ONCE)) {
        context.print(context.json ? line : describe(JSON.parse(line) as AuditEntry & { seq: number }));
        after = own;
      }
      if (options.follow !== true || stopping.signal.aborted) return EXIT.done;
      await services.clock.sleep(LOOK_EVERY_MS, stopping.signal);
      await services.audit.chainPending();
    }
  });
}

function describe(entry: AuditEntry & { readonly seq: number }): string {
  const what = [entry.ref, entry.target, entry.consumer].filter((part) => part !== undefined).join(' ');
  const why = entry.reason === undefined ? '' : `: ${entry.reason}`;
  return `${entry.seq} ${new Date(entry.atMs).toISOString()} ${entry.action} ${entry.outcome} ${entry.actor.user} ${what}${why}`;
}

export async function exportAudit(
  context: Context,
  options: { readonly out?: string; readonly checkpoint?: string },
): Promise<ExitCode> {
  return withState(context, async (state) => {
    const head = await state.services.audit.chainPending();
    const place = { chain: head.chain, seq: head.seq, hash: head.hash, atMs: state.services.clock.nowMs() };
    await writeExport(state, place, options.out);
    if (options.checkpoint !== undefined) {
      const checkpoint = await signCheckpoint(
        { kind: 'rekey-audit-checkpoint', ...place },
        state.services.signer,
      );
      writeFileSync(options.checkpoint, `${canonicalJson(checkpoint)}\n`);
    }
    context.say(`${head.seq} entries, head ${head.hash.slice(0, 16)}…, key ${state.services.signer.keyId}`);
    return EXIT.done;
  });
}

async function writeExport(
  { services }: State,
  place: { chain: string; seq: number; hash: string; atMs: number },
  file: string | undefined,
): Promise<void> {
  const out = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  for (let after = 0; after < place.seq; ) {
    const lines = (await services.audit.lines(after, AT_ONCE)).filter(({ seq }) => seq <= place.seq);
    await write(lines.map(({ line }) => `${line}\n`).join(''));
    after = lines.at(-1)?.seq ?? place.seq;
  }
  await write(
    `${canonicalJson(await signCheckpoint({ kind: 'rekey-audit-trailer', ...place }, services.signer))}\n`,
  );
  if (out !== process.stdout) {
    out.end();
    await once(out, 'finish');
  }
}

/** Needs no state: an export, a public key, any machine. */
export async function verify(
  context: Context,
  options: {
    readonly file: string;
    readonly key: string;
    readonly expect?: string;
    readonly canonical?: boolean;
  },
): Promise<ExitCode> {
  const verdict = await verifyExport(createReadStream(options.file, { highWaterMark: 1 << 20 }), {
    publicKeyPem: readFileSync(options.key, 'utf8'),
    canonical: options.canonical === true,
    ...(options.expect === undefined ? {} : { expect: readFileSync(options.expect, 'utf8').trim() }),
  });
  if (!verdict.ok) {
    throw new RekeyError({
      code: `audit-${verdict.tampering.kind}`,
      family: 'Unrecoverable',
      message: `${options.file}:${verdict.tampering.line} ${verdict.tampering.message}`,
      safe: 'Nothing was changed; do not rely on this export.',
      next: ['rekey audit export, from the state that it is said to be of'],
    });
  }
  const age = formatDuration(Date.now() - verdict.atMs);
  if (context.json) context.print(JSON.stringify(verdict));
  else
    context.print(
      `${verdict.entries} entries of chain ${verdict.chain} verify, head ${verdict.head.slice(0, 16)}…, exported ${age} ago`,
    );
  return EXIT.done;
}
