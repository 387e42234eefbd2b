import type { ConsumerRecord } from '../domain/consumer.ts';
import type { RoutinePolicy } from '../domain/routine-policy.ts';
import type { TargetRecord } from '../domain/target.ts';
import type { TargetSession } from '../rotators/rotator.ts';
import type { BatchItem } from './batch-item.ts';
import type { Acting } from './entries.ts';
import type { Needs } from './services.ts';

/** What the steps of one batch share. */
export interface Bench {
  readonly services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>;
  readonly session: TargetSession;
  readonly target: TargetRecord;
  readonly acting: Acting;
  readonly consumers: ReadonlyMap<string, ConsumerRecord>;
  /** Of the class; none in an emergency. */
  readonly routine: RoutinePolicy | undefined;
  /** Answers the items whose claim is still the last, right before a write at the target or in the store; the others are lost. */
  stillOurs(items: readonly BatchItem[]): Promise<BatchItem[]>;
}
