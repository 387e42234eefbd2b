/** What is noticed, by the name that `rekey.yaml`, cases and docs/detectors call it. */
export const RULES = [
  'off-hours',
  'denied-reads',
  'enumeration',
  'new-principal',
  'new-network',
  'new-region',
  'person-reads',
  'other-tenant',
  'volume',
  'superseded-version',
  'closed-epoch',
  'worker-outside-operation',
  'decoy',
  'never-read',
  'changed-behind',
  'trail-stopped',
  'audit-gap',
  'detector-quiet',
] as const;
export type Rule = (typeof RULES)[number];

/** `observe`: shown and nobody is told. `alert`: makes a case. `act`: also does by itself what policy lets the rule do. */
export const RULE_MODES = ['observe', 'alert', 'act'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

/** What a rule may do by itself: to the one principal, or the one secret, that its finding is about. */
export const ACTS = ['quarantine', 'rotate'] as const;
export type Act = (typeof ACTS)[number];

/** Whom and what a rule's findings name. What is of the whole stream can contain nobody; what was read of a decoy, or of a value that is no more, no new value helps. */
export const REACH: Readonly<Record<Rule, readonly Act[]>> = {
  'off-hours': ['quarantine', 'rotate'],
  'denied-reads': ['quarantine'],
  enumeration: ['quarantine'],
  'new-principal': ['quarantine', 'rotate'],
  'new-network': ['quarantine', 'rotate'],
  'new-region': ['quarantine', 'rotate'],
  'person-reads': ['quarantine', 'rotate'],
  'other-tenant': ['quarantine', 'rotate'],
  volume: ['quarantine'],
  'superseded-version': ['quarantine'],
  'closed-epoch': ['quarantine'],
  'worker-outside-operation': ['rotate'],
  decoy: ['quarantine'],
  'never-read': [],
  'changed-behind': ['quarantine', 'rotate'],
  'trail-stopped': [],
  'audit-gap': [],
  'detector-quiet': [],
};
