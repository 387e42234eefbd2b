import { mayActAlone } from '../domain/detect/alone.ts';
import type { Finding } from '../domain/detect/finding.ts';
import type { DetectionPolicy } from '../domain/detect/policy.ts';
import { RULES } from '../domain/detect/rule.ts';
import { RekeyError } from '../domain/errors.ts';
import { planQuarantine } from './plan-quarantine.ts';
import { quarantinePrincipal } from './quarantine-principal.ts';
import type { Needs } from './services.ts';

const HOUR_MS = 3_600_000;

/**
 * Leaves: whom policy lets a rule quarantine by itself refused, as many an hour as it lets. What it may not, a person does from the
 * case. One that fails stops no other, and stands in the audit.
 */
export async function actAlone(
  services: Needs<'registry' | 'principalFence' | 'audit' | 'cases' | 'clock'>,
  policy: DetectionPolicy,
  findings: readonly Finding[],
): Promise<void> {
  const acting = findings.filter(({ rule }) => policy.rules[rule].mode === 'act');
  if (acting.length === 0) return;
  const { registry, audit, cases, clock } = services;
  for (const finding of acting) {
    const nowMs = clock.nowMs();
    const entries = await audit.find({ action: ['quarantine'], sinceMs: nowMs - HOUR_MS });
    const done = entries.flatMap(({ actor, atMs }) => {
      const rule = RULES.find((one) => actor.user === byRule(one));
      return rule === undefined ? [] : [{ rule, atMs }];
    });
    const decision = mayActAlone(finding, policy, done, nowMs);
    if (!decision.may) continue;
    const principal = decision.to;
    if ((await registry.quarantines()).some((one) => one.principal === principal)) continue;
    const { planHash } = await planQuarantine(services, principal);
    try {
      await quarantinePrincipal(services, {
        principal,
        planHash,
        reason: finding.seen.slice(0, 500),
        by: byRule(finding.rule),
        source: 'rekey',
        caseId: (await cases.openOf({ principal }))?.id,
      });
    } catch (error) {
      // It has written down itself what of it stands.
      if (!(error instanceof RekeyError)) throw error;
    }
  }
}

/** What the audit calls a rule that acts. */
function byRule(rule: string): string {
  return `rule ${rule}`;
}
