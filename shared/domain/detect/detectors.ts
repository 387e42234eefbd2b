import type { Detector } from './detector.ts';
import type { Rule } from './rule.ts';
import { changedBehind } from './rules/changed-behind.ts';
import { closedEpoch } from './rules/closed-epoch.ts';
import { decoy } from './rules/decoy.ts';
import { deniedReads } from './rules/denied-reads.ts';
import { enumeration } from './rules/enumeration.ts';
import { newNetwork } from './rules/new-network.ts';
import { newPrincipal } from './rules/new-principal.ts';
import { newRegion } from './rules/new-region.ts';
import { offHours } from './rules/off-hours.ts';
import { otherTenant } from './rules/other-tenant.ts';
import { personReads } from './rules/person-reads.ts';
import { supersededVersion } from './rules/superseded-version.ts';
import { volume } from './rules/volume.ts';
import { workerOutsideOperation } from './rules/worker-outside-operation.ts';

/** What judges each rule's entries. Null: it is no entry that tells of it, but a look at what there is. */
const BY_RULE: Readonly<Record<Rule, Detector | null>> = {
  'off-hours': offHours,
  'denied-reads': deniedReads,
  enumeration: enumeration,
  'new-principal': newPrincipal,
  'new-network': newNetwork,
  'new-region': newRegion,
  'person-reads': personReads,
  'other-tenant': otherTenant,
  volume: volume,
  'superseded-version': supersededVersion,
  'closed-epoch': closedEpoch,
  'worker-outside-operation': workerOutsideOperation,
  decoy: decoy,
  'never-read': null,
  'changed-behind': changedBehind,
  'trail-stopped': null,
  'audit-gap': null,
  'detector-quiet': null,
};

export const DETECTORS: readonly Detector[] = Object.values(BY_RULE).filter((one) => one !== null);
