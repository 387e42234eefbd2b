import type { AuditChain, Signer } from '../ports/audit.ts';
import type { Canary } from '../ports/canary.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { EpochKeys } from '../ports/keys.ts';
import type { Manifests } from '../ports/manifests.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Packets } from '../ports/packets.ts';
import type { Plans } from '../ports/plans.ts';
import type { Registry } from '../ports/registry.ts';
import type { SecretStore } from '../ports/store.ts';
import type { Workflows } from '../ports/workflows.ts';
import type { Rotator } from '../rotators/rotator.ts';

/** Everything a function may reach: the same in both worlds, only the adapters differ. */
export interface Services {
  readonly registry: Registry;
  readonly store: SecretStore;
  readonly keys: EpochKeys;
  readonly audit: AuditChain;
  readonly signer: Signer;
  readonly canary: Canary;
  readonly manifests: Manifests;
  readonly packets: Packets;
  readonly plans: Plans;
  readonly notifier: Notifier;
  readonly workflows: Workflows;
  readonly rotators: Readonly<Record<string, Rotator>>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The ports that one piece of work reaches: what its role may touch, and what its bundle holds. */
export type Needs<Port extends keyof Services> = Pick<Services, Port>;
