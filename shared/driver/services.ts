import type { AuditChain, ChainedLines, Signer } from '../ports/audit.ts';
import type { AuditArchive } from '../ports/audit-archive.ts';
import type { AuditBus } from '../ports/audit-bus.ts';
import type { AuditCursor } from '../ports/audit-cursor.ts';
import type { Canary } from '../ports/canary.ts';
import type { Cases } from '../ports/cases.ts';
import type { Chat, SlackAnswers } from '../ports/chat.ts';
import type { CleanLogs } from '../ports/clean-logs.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import type { DetectorStates } from '../ports/detector-states.ts';
import type { Fingerprints } from '../ports/fingerprints.ts';
import type { EpochKeys } from '../ports/keys.ts';
import type { LateReads } from '../ports/late-reads.ts';
import type { LiveMessages } from '../ports/live-messages.ts';
import type { Manifests } from '../ports/manifests.ts';
import type { Naming } from '../ports/naming.ts';
import type { Notices } from '../ports/notices.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Packets } from '../ports/packets.ts';
import type { Plans } from '../ports/plans.ts';
import type { PrincipalFence } from '../ports/principal-fence.ts';
import type { Pseudonyms } from '../ports/pseudonyms.ts';
import type { Registry } from '../ports/registry.ts';
import type { SeenRequests } from '../ports/seen-requests.ts';
import type { SlackInbox } from '../ports/slack-inbox.ts';
import type { SecretStore } from '../ports/store.ts';
import type { Trail } from '../ports/trail.ts';
import type { Workers } from '../ports/workers.ts';
import type { Workflows } from '../ports/workflows.ts';
import type { Rotator } from '../rotators/rotator.ts';

/** Everything a function may reach: the same in both worlds, only the adapters differ. */
export interface Services {
  readonly registry: Registry;
  readonly store: SecretStore;
  readonly lateReads: LateReads;
  readonly fingerprints: Fingerprints;
  readonly keys: EpochKeys;
  readonly audit: AuditChain;
  readonly signer: Signer;
  readonly canary: Canary;
  readonly manifests: Manifests;
  readonly packets: Packets;
  readonly plans: Plans;
  readonly notifier: Notifier;
  readonly notices: Notices;
  readonly naming: Naming;
  readonly principalFence: PrincipalFence;
  readonly pseudonyms: Pseudonyms;
  readonly deadLetters: DeadLetters;
  readonly cases: Cases;
  readonly workflows: Workflows;
  readonly workers: Workers;
  readonly rotators: Readonly<Record<string, Rotator>>;
  readonly clock: Clock;
  readonly random: Random;
}

/** What Slack takes besides, in both worlds. */
export interface SlackServices {
  readonly seen: SeenRequests;
  readonly inbox: SlackInbox;
  readonly answers: SlackAnswers;
  readonly live: LiveMessages;
  readonly chat: Chat;
  /** Up to here Slack was shown what there was to show. */
  readonly shown: AuditCursor;
}

/** What judges the stream takes besides, in both worlds. */
export interface DetectionServices {
  readonly chained: ChainedLines;
  readonly states: DetectorStates;
  /** Who judges holds it. */
  readonly judged: AuditCursor;
  readonly trail: Trail;
}

/**
 * What follows the chain where it is deployed, besides. Of it one machine only tells people: the state is its archive, which
 * its own user can change anyway.
 */
export interface DeployedServices extends Services {
  readonly chained: ChainedLines;
  readonly archive: AuditArchive;
  /** Up to here the archive holds the chain. */
  readonly archived: AuditCursor;
  /** Up to here a checkpoint vouches for it. */
  readonly signed: AuditCursor;
  readonly bus: AuditBus;
  readonly published: AuditCursor;
  /** Up to here people were told what there was to tell. */
  readonly told: AuditCursor;
  readonly cleanLogs: CleanLogs;
}

/** Everything that there is anywhere. */
export interface AllServices extends DeployedServices, SlackServices, DetectionServices {}

/** The ports that one piece of work reaches: what its role may touch, and what its bundle holds. */
export type Needs<Port extends keyof AllServices> = Pick<AllServices, Port>;
