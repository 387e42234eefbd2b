import { formatDuration } from '../../domain/config/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import { failure } from '../failure.ts';
import { labelOf } from '../http/label.ts';
import type { Account, Issued, OldCredential, Outcome } from '../rotator.ts';
import { credentialIn } from './credential.ts';
import type { Server, Tried } from './server.ts';

/** Between two looks at a server that may lag. */
const LOOK_AGAIN_MS = 1_000;

export interface Trying {
  readonly server: Server;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly settlesMs: number;
  /** The admin may delete any client. */
  readonly deletesAny: boolean;
}

const NO_CLIENT: Tried = {
  saw: 'nothing',
  failure: failure('no-proof', 'the value is no JSON with client_id and client_secret'),
};

async function tryOnce({ server }: Trying, value: string): Promise<Tried> {
  const client = credentialIn(value);
  return client === null ? NO_CLIENT : server.tryClient(client);
}

/** The new client, as long as the server may lag. */
async function tryNew(trying: Trying, value: string): Promise<Tried> {
  const { clock, signal, settlesMs } = trying;
  const untilMs = clock.nowMs() + settlesMs;
  for (;;) {
    const tried = await tryOnce(trying, value);
    const leftMs = untilMs - clock.nowMs();
    if (tried.saw !== 'refused' || leftMs <= 0 || signal.aborted) return tried;
    await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs), signal);
  }
}

function judgeNew(tried: Tried): Outcome {
  switch (tried.saw) {
    case 'accepted':
      return { ok: true };
    case 'refused':
      return failure('new-refused', `the new client was refused: ${tried.what}`);
    case 'nothing':
      return tried.failure;
  }
}

export async function verifyOne(trying: Trying, { value }: Issued): Promise<Outcome> {
  return judgeNew(await tryNew(trying, value));
}

type Proof = { readonly versionId: string; readonly outcome: Outcome<{ readonly evidence: string }> };

/** Tries each old client after the new one was accepted by the same endpoint. */
export async function proveOne(
  trying: Trying,
  item: Account & Issued & { readonly old: readonly OldCredential[] },
): Promise<Proof[]> {
  const fresh = await tryNew(trying, item.value);
  const judged = judgeNew(fresh);
  const lifetimeS = fresh.saw === 'accepted' ? fresh.expiresInS : undefined;
  return Promise.all(
    item.old.map(async (old) => ({
      versionId: old.versionId,
      outcome: judged.ok ? await proveOld(trying, item, old, lifetimeS) : judged,
    })),
  );
}

async function proveOld(
  trying: Trying,
  { ref, account }: Account,
  old: OldCredential,
  lifetimeS: number | undefined,
): Promise<Proof['outcome']> {
  if (old.value === null) {
    const name = old.handle ?? `${account['name']} ${labelOf(ref, old.versionId)}`;
    return failure('value-unknown', `a client called ${name} may be registered, whose secret nobody holds`);
  }
  const tried = await tryOnce(trying, old.value);
  switch (tried.saw) {
    case 'nothing':
      return tried.failure;
    case 'accepted': {
      const why =
        trying.deletesAny || old.receipt !== undefined
          ? ''
          : '; what deletes it is not known here, so delete it at the server';
      return failure('old-accepted', `the old client is accepted: ${tried.what}${why}`);
    }
    case 'refused':
      break;
  }
  const waited = trying.settlesMs === 0 ? '' : `, ${trying.settlesMs / 1_000} s after it was deleted`;
  return {
    ok: true,
    evidence: `refused (${tried.what})${waited}, the new client accepted; ${tokensLeft(lifetimeS)}`,
  };
}

/** A token that was given before is a session of its own, which nothing here ends. */
function tokensLeft(lifetimeS: number | undefined): string {
  return lifetimeS === undefined
    ? 'access tokens that it was given before live as long as the server lets them, which it does not say'
    : `access tokens that it was given before may live ${formatDuration(lifetimeS * 1_000)} more, by the server’s word`;
}
