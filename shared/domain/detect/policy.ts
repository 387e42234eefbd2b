import type { Rule, RuleMode } from './rule.ts';

/** `detection:` of `rekey.yaml`, as records. */
export interface DetectionPolicy {
  readonly v: 1;
  readonly rules: Readonly<Record<Rule, { readonly mode: RuleMode }>>;
}
