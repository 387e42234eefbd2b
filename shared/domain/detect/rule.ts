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
