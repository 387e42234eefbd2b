import { describe, expect, test } from 'vitest';
import { openedWith, withFinding } from '../../shared/domain/case/gather.ts';
import { closed, noted } from '../../shared/domain/case/steps.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import type { Cases } from '../../shared/ports/cases.ts';
import { AT_MS, uniqueName } from './records.ts';

export function aFinding(about: Partial<Finding> = {}): Finding {
  return {
    v: 1,
    id: uniqueName('finding'),
    rule: 'denied-reads',
    atMs: AT_MS,
    severity: 'medium',
    certainty: 'likely',
    principal: uniqueName('principal'),
    seen: '5 denied reads',
    unusual: '5 are unusual',
    evidence: [],
    next: 'rekey cases',
    ...about,
  };
}

const aCase = (finding = aFinding(), openedAtMs = AT_MS) =>
  openedWith(finding, { principal: finding.principal ?? '' }, uniqueName('case'), openedAtMs);

/** What every keeper of cases keeps to. */
export function describeCases(name: string, create: () => Promise<Cases>): void {
  describe(`cases ${name}`, () => {
    test('[7.1] a case is found by its id, by its subject and by the finding that opened it', async () => {
      const cases = await create();
      const record = aCase();
      expect(await cases.openOf(record.subject)).toBeNull();
      expect(await cases.save(record)).toBe(true);
      const kept = { ...record, revision: 1 };
      expect(await cases.named(record.id)).toEqual(kept);
      expect(await cases.openOf(record.subject)).toEqual(kept);
      expect(await cases.openedBy(record.openedBy)).toEqual(kept);
      expect(await cases.named('case-none')).toBeNull();
      expect(await cases.openedBy('none')).toBeNull();
    });

    test('[7.1] of two who open one for a subject one does, and a finding opens one only', async () => {
      const cases = await create();
      const record = aCase();
      const same = { ...record, id: uniqueName('case') };
      const saved = await Promise.all([cases.save(record), cases.save(same)]);
      expect(saved.filter((done) => done)).toHaveLength(1);
    });

    test('[7.1] a case is changed from what stands there, and by one of two', async () => {
      const cases = await create();
      const record = aCase();
      await cases.save(record);
      const read = await cases.named(record.id);
      const more = withFinding(read ?? record, aFinding({ principal: record.subject.principal ?? '' }));
      expect(await cases.save(more)).toBe(true);
      expect(await cases.save(noted(read ?? record, { atMs: AT_MS, who: 'ada', what: 'quarantined' }))).toBe(
        false,
      );
      expect((await cases.named(record.id))?.findings).toHaveLength(2);
    });

    test('[7.1] a closed case stays, and its subject can have another', async () => {
      const cases = await create();
      const record = aCase();
      await cases.save(record);
      const shut = closed({ ...record, revision: 1 }, 'a night release', 'ada', AT_MS + 1);
      expect(await cases.save(shut)).toBe(true);
      expect(await cases.openOf(record.subject)).toBeNull();
      expect(await cases.named(record.id)).toEqual({ ...shut, revision: 2 });
      const next = aCase(aFinding({ principal: record.subject.principal ?? '' }), AT_MS + 2);
      expect(await cases.save(next)).toBe(true);
      // What is noted upon the closed one leaves the other open.
      expect(
        await cases.save(
          noted({ ...shut, revision: 2 }, { atMs: AT_MS + 3, who: 'ada', what: 'quarantined' }),
        ),
      ).toBe(true);
      expect((await cases.openOf(record.subject))?.id).toBe(next.id);
    });

    test('[7.1] they are listed the newest first, open ones alone where asked', async () => {
      const cases = await create();
      const [old, newer] = [aCase(aFinding(), AT_MS + 1), aCase(aFinding(), AT_MS + 2)];
      for (const record of [newer, old]) await cases.save(record);
      const ids = async (state?: 'open' | 'closed') =>
        (await cases.list({ ...(state === undefined ? {} : { state }), limit: 100 }))
          .map(({ id }) => id)
          .filter((id) => id === old.id || id === newer.id);
      expect(await ids()).toEqual([newer.id, old.id]);
      await cases.save(closed({ ...newer, revision: 1 }, 'known', 'ada', AT_MS));
      expect(await ids('open')).toEqual([old.id]);
      expect(await ids('closed')).toEqual([newer.id]);
      expect(await cases.list({ limit: 1 })).toHaveLength(1);
    });
  });
}
