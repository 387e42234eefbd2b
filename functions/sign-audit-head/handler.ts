import * as z from 'zod';
import { type SignedCheckpoint, signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { expectAllOpen } from '../../shared/driver/audit-reader.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers the chain's head as it is now, vouched for: the trailer of an export, a checkpoint, and the key to check both with. */
export const signAuditHead = defineFunction({
  name: 'SignAuditHead',
  needs: ['audit', 'signer', 'registry', 'clock'],
  input: {},
  output: {
    trailer: z.custom<SignedCheckpoint>(),
    checkpoint: z.custom<SignedCheckpoint>(),
    publicKeyPem: z.string(),
  },
  async run(_input, { audit, signer, registry, clock }, context) {
    await expectAllOpen({ registry }, callerOf(context));
    const { chain, seq, hash } = await audit.chainPending();
    const place = { chain, seq, hash, atMs: clock.nowMs() };
    return {
      trailer: await signCheckpoint({ kind: 'rekey-audit-trailer', ...place }, signer),
      checkpoint: await signCheckpoint({ kind: 'rekey-audit-checkpoint', ...place }, signer),
      publicKeyPem: signer.publicKeyPem,
    };
  },
});
