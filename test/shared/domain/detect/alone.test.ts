import { describe, expect, test } from 'vitest';
import { mayActAlone } from '../../../../shared/domain/detect/alone.ts';
import { type DetectionPolicy, rulesWith, STANDARD_POLICY } from '../../../../shared/domain/detect/policy.ts';
import { aRead, HOUR_MS, MONDAY_MS, roleArn } from '../../../support/trail/records.ts';
import { findingsOf, known, policyWith } from '../../../support/trail/watch.ts';

const [finding] = findingsOf('decoy', [aRead(MONDAY_MS, 'lure')], {
  registered: { lure: known('lure', { decoy: true }) },
});
const SWITCHED_ON = { mode: 'act', alone: { act: 'quarantine', mostAnHour: 3 } } as const;

function decided(policy: DetectionPolicy, acts: readonly number[] = []) {
  if (finding === undefined) throw new Error('nothing was found');
  return mayActAlone(
    finding,
    policy,
    acts.map((atMs) => ({ rule: 'decoy', atMs })),
    MONDAY_MS,
  );
}

describe('[7.2] what a rule does by itself', () => {
  test('is nothing, until it is switched on', () => {
    expect(decided(policyWith('decoy', {}))).toMatchObject({ may: false });
    expect(decided(policyWith('decoy', { ...SWITCHED_ON, mode: 'alert' }))).toMatchObject({ may: false });
  });

  test('is done to the one principal of the finding', () => {
    expect(decided(policyWith('decoy', SWITCHED_ON))).toEqual({
      may: true,
      act: 'quarantine',
      to: roleArn('Shop'),
    });
  });

  test('is done so many times an hour, and then no more', () => {
    const policy = policyWith('decoy', SWITCHED_ON);
    const ago = (minutes: number) => MONDAY_MS - minutes * 60_000;
    expect(decided(policy, [ago(10), ago(20)])).toMatchObject({ may: true });
    expect(decided(policy, [ago(10), ago(20), ago(30)])).toEqual({
      may: false,
      why: 'decoy has acted 3 times within the hour: 3 are let',
    });
    expect(decided(policy, [ago(10), ago(20), MONDAY_MS - HOUR_MS])).toMatchObject({ may: true });
  });

  test('is nothing where the finding is suppressed, or names nobody', () => {
    const suppressions = [
      { rule: 'decoy', ref: 'vault://*', owner: 'ada', reason: 'a drill', untilMs: MONDAY_MS + 1 },
    ] as const;
    expect(decided(policyWith('decoy', SWITCHED_ON, { suppressions }))).toMatchObject({ may: false });
    const { principal: _nobody, ...anonymous } = finding ?? { principal: '' };
    expect(
      mayActAlone(
        { ...anonymous } as NonNullable<typeof finding>,
        policyWith('decoy', SWITCHED_ON),
        [],
        MONDAY_MS,
      ),
    ).toEqual({ may: false, why: 'it names no one principal' });
  });

  test('is done to the one secret of the finding, where it rotates', () => {
    const rotates = { 'person-reads': { mode: 'act', alone: { act: 'rotate', mostAnHour: 2 } } } as const;
    const policy = { ...STANDARD_POLICY, rules: rulesWith(rotates) };
    const { principal: _nobody, ...found } = finding ?? { principal: '', ref: '' };
    const person = { ...found, rule: 'person-reads' } as NonNullable<typeof finding>;
    expect(mayActAlone(person, policy, [], MONDAY_MS)).toEqual({
      may: true,
      act: 'rotate',
      to: 'vault://lure',
    });
    const { ref: _nothing, ...nameless } = person;
    expect(mayActAlone(nameless, policy, [], MONDAY_MS)).toEqual({
      may: false,
      why: 'it names no one secret',
    });
    const done = [1, 2].map((minutes) => ({
      rule: 'person-reads' as const,
      atMs: MONDAY_MS - minutes * 60_000,
    }));
    expect(mayActAlone(person, policy, done, MONDAY_MS)).toMatchObject({ may: false });
  });
});
