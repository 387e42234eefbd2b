import { type LoneAct, mayActAlone } from '../domain/detect/alone.ts';
import type { Finding } from '../domain/detect/finding.ts';
import type { DetectionPolicy } from '../domain/detect/policy.ts';
import { RULES } from '../domain/detect/rule.ts';
import { isSeen, type Quarantine, quarantinedAs } from '../domain/quarantine/record.ts';
import { planQuarantine } from './plan-quarantine.ts';
import { whoIsMeant } from './pseudonym/name-people.ts';
import { quarantinePrincipal } from './quarantine-principal.ts';
import { rotateAlone } from './rotate-alone.ts';
import type { Needs } from './services.ts';

const HOUR_MS = 3_600_000;

/**
 * Leaves: whom policy lets a rule quarantine by itself refused, and what it lets it rotate due, as many an hour as it lets. What it may not, a person does from the
 * case. One that fails stops no other, and stands in the audit.
 */
export async function actAlone(
  services: Needs<'registry' | 'principalFence' | 'audit' | 'pseudonyms' | 'cases' | 'clock'>,
  policy: DetectionPolicy,
  findings: readonly Finding[],
): Promise<void> {
  const acting = findings.filter(({ rule }) => policy.rules[rule].mode === 'act');
  if (acting.length === 0) return;
  const { audit, clock } = services;
  for (const finding of acting) {
    if (policy.rules[finding.rule].alone?.act === 'rotate') {
      const done = await doneLately(audit, clock.nowMs());
      await rotateAlone(services, policy, finding, { by: byRule(finding.rule), done });
      continue;
    }
    const { principal } = finding;
    if (principal === undefined) continue;
    const standing = await standingOf(services, principal);
    // One that was begun and not ended is ended: it was let already.
    if (standing !== undefined) {
      if (!isSeen(standing)) await quarantine(services, finding, principal);
      continue;
    }
    const nowMs = clock.nowMs();
    const decision = mayActAlone(finding, policy, await doneLately(audit, nowMs), nowMs);
    if (decision.may) await quarantine(services, finding, principal);
  }
}

/** What rules did by themselves within the hour. */
async function doneLately(audit: Needs<'audit'>['audit'], nowMs: number): Promise<LoneAct[]> {
  const entries = await audit.find({ action: ['quarantine', 'request'], sinceMs: nowMs - HOUR_MS });
  return entries.flatMap(({ actor, atMs }) => {
    const rule = RULES.find((one) => actor.user === byRule(one));
    return rule === undefined ? [] : [{ rule, atMs }];
  });
}

async function quarantine(
  services: Needs<'registry' | 'principalFence' | 'audit' | 'pseudonyms' | 'cases' | 'clock'>,
  finding: Finding,
  principal: string,
): Promise<void> {
  const { planHash } = await planQuarantine(services, principal);
  try {
    await quarantinePrincipal(services, {
      principal,
      planHash,
      reason: finding.seen.slice(0, 500),
      by: byRule(finding.rule),
      source: 'rekey',
      caseId: (await services.cases.openOf({ principal }))?.id,
    });
  } catch (error) {
    // Where the resolver refuses it, what failed beyond stands in the audit; else nothing was done, and it is tried again.
    if ((await standingOf(services, principal)) === undefined) throw error;
  }
}

async function standingOf(
  services: Needs<'registry' | 'pseudonyms'>,
  principal: string,
): Promise<Quarantine | undefined> {
  const { name } = await whoIsMeant(services, principal);
  return (await services.registry.quarantines()).find((one) => one.principal === quarantinedAs(name));
}

/** What the audit calls a rule that acts. */
function byRule(rule: string): string {
  return `rule ${rule}`;
}
