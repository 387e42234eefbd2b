import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import { READ_VERBS } from '../../../../shared/domain/reads/read-event.ts';
import { isBy, isOfValue } from '../../../../shared/domain/reads/value-read.ts';

const detail = { from: 'cloudtrail', eventId: 'e', kind: 'role' } as const;

test('[7.3] who looks a secret up, lists it or opens its key is not said to hold its value', () => {
  const verbs = READ_VERBS.filter((verb) => isOfValue({ action: 'read', read: { ...detail, verb } }));
  expect(verbs).toEqual(['read', 'batch-read']);
  expect(isOfValue({ action: 'read' })).toBe(true);
  expect(isOfValue({ action: 'promote' })).toBe(false);
});

test('[7.3] a principal stands behind a read by himself, by his agent, his session, or as whom it was for', () => {
  const entry: Pick<AuditEntry, 'actor' | 'read'> = {
    actor: { user: 'role/Shop', agent: 'crawler' },
    read: { ...detail, verb: 'read', sourceIdentity: 'mallory', onBehalfOf: 'eve' },
  };
  for (const who of ['role/Shop', 'crawler', 'mallory', 'eve'])
    expect(isBy(entry, ['nobody', who])).toBe(true);
  expect(isBy(entry, ['shop'])).toBe(false);
});
