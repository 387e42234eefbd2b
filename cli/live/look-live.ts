import { callerIdentity } from '../../shared/adapters/aws/sts/caller-identity.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { HealthCheck } from '../../shared/domain/health-check.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Place } from '../direct/place.ts';
import { liveClients, outputsOf } from './live-clients.ts';
import { lookAtAccount } from './look-at-account.ts';
import { measureDenial } from './measure-denial.ts';
import { openCanary } from './open-canary.ts';

/** A deployment as the account has it: what only the account can show. Closes the canary's own key and nothing else. */
export async function lookLive(place: Place, clock: Clock): Promise<HealthCheck[]> {
  const clients = liveClients(place);
  const identity = await callerIdentity(clients.sts);
  const output = await outputsOf(clients.cloudFormation, place.prefix);
  const { prefix } = place;
  const region = output('Region');
  const { partition, account } = identity;
  return [
    { what: 'caller', ok: true, detail: identity.arn },
    ...(await lookAtAccount(clients, { partition, account, region, prefix }, output)),
    ...(await canaryChecks()),
  ];

  async function canaryChecks(): Promise<HealthCheck[]> {
    try {
      const of = { identity, region, prefix, readerRole: output('ReaderRoleArn') };
      const canary = await openCanary(clients, of, clock);
      const measured = await measureDenial(canary, clock);
      return [...measured, await canary.policy()];
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      const { message, next } = error;
      return [
        { what: 'canary', ok: false, detail: message, ...(next[0] === undefined ? {} : { next: next[0] }) },
      ];
    }
  }
}
