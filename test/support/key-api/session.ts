import type { TargetRecord } from '../../../shared/domain/target.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { createHttp } from '../../../shared/rotators/http/rotator.ts';
import type { Minted, Minting, Outcome, TargetSession } from '../../../shared/rotators/rotator.ts';

function apiTarget(connection: Record<string, unknown>): TargetRecord {
  return { v: 1, id: 'api', kind: 'http', connection, network: 'local', admins: [], maxConnections: 4 };
}

/** A session of kind `http` as its admin, by a description. */
export function openApi(
  connection: Record<string, unknown>,
  clock: Clock,
  { password = 'admin-token', signal = AbortSignal.timeout(20_000) } = {},
): Promise<TargetSession> {
  return createHttp(clock).open({
    target: apiTarget(connection),
    admin: { user: 'rekey', password },
    writer: 'rekey/test/1',
    signal,
  });
}

export async function mintOne(
  session: TargetSession,
  item: Pick<Minting, 'account'> & Partial<Minting>,
): Promise<Outcome<Minted>> {
  const [outcome] =
    (await session.mint?.([
      {
        ref: 'vault://t/one',
        versionId: 'v1',
        begunAtMs: 0,
        superseded: [],
        again: false,
        keepOff: false,
        turnOn: false,
        ...item,
      },
    ])) ?? [];
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}
