import { describe } from 'vitest';
import type { AuditChain } from '../../shared/ports/audit.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import { describeAsked } from './registry/asked.ts';
import { describeBrakes } from './registry/brakes.ts';
import { describeBreakers } from './registry/breakers.ts';
import { describeClaims } from './registry/claims.ts';
import { describeCuts } from './registry/cuts.ts';
import { describeDeliveries } from './registry/deliveries.ts';
import { describeEnrolment } from './registry/enrolment.ts';
import { describeEntries } from './registry/entries.ts';
import { describeFreezes } from './registry/freezes.ts';
import { describeIncidents } from './registry/incidents.ts';
import { describeNoticesKept } from './registry/notices.ts';
import { describeQuarantines } from './registry/quarantines.ts';
import { describeRequests } from './registry/requests.ts';
import { describeSteps } from './registry/steps.ts';
import { describeTally } from './registry/tally.ts';
import { describeVersions } from './registry/versions.ts';

/** A registry, and what shows what it has committed. The state may be shared: every name in the suite is used once. */
export interface RegistryUnderTest {
  readonly registry: Registry;
  /** Of the same state: shows the entries. */
  readonly audit: AuditChain;
  /** From now on no entry of this registry can be written, as with a full disk or a table that refuses. */
  readonly refuseEntries: () => Promise<void>;
}

export type CreateRegistry = () => Promise<RegistryUnderTest>;

/** What every registry keeps to. `create` is called once a test. */
export function describeRegistry(name: string, create: CreateRegistry): void {
  describe(`registry ${name}`, () => {
    describeEnrolment(create);
    describeIncidents(create);
    describeRequests(create);
    describeClaims(create);
    describeSteps(create);
    describeVersions(create);
    describeCuts(create);
    describeTally(create);
    describeQuarantines(create);
    describeBrakes(create);
    describeFreezes(create);
    describeAsked(create);
    describeBreakers(create);
    describeDeliveries(create);
    describeNoticesKept(create);
    describeEntries(create);
  });
}
