import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import type { ReadVerb } from '../../../../shared/domain/reads/read-event.ts';
import { axisOf, columnOf } from '../../../../shared/domain/report/axis.ts';
import { readsIn } from '../../../../shared/domain/report/reads.ts';
import { anEntry } from '../../../contracts/records.ts';
import { monthOfReads, NOW_MS } from '../../../support/report-data.ts';

const DAY_MS = 86_400_000;
const axis = axisOf(NOW_MS - 30 * DAY_MS, NOW_MS);
const read = (user: string, about: Partial<AuditEntry> = {}): AuditEntry =>
  anEntry({ action: 'read', atMs: NOW_MS, actor: { user }, ref: 'vault://p/a', ...about });
const byVerb = (verb: ReadVerb, about: Partial<AuditEntry> = {}) =>
  read('ada', { read: { from: 'cloudtrail', eventId: verb, verb, kind: 'user' }, ...about });

test('[7.3] who read how often, how many secrets, when and at which hours', () => {
  const { readers, reads } = readsIn(
    [read('ada'), read('ada', { ref: 'vault://p/b', atMs: NOW_MS - 6 * 3_600_000 }), read('bob')],
    axis,
  );
  expect(reads).toBe(3);
  const [ada] = readers;
  expect(ada).toMatchObject({ principal: 'ada', reads: 2, secrets: 2, denied: 0, lastMs: NOW_MS });
  expect(ada?.columns[columnOf(axis, NOW_MS) ?? -1]).toBe(1);
  expect([ada?.hours[3], ada?.hours[21]]).toEqual([1, 1]);
});

test('[7.3] an agent is told from another one of the same user', () => {
  const of = (agent: string) => read('runtime', { actor: { user: 'runtime', agent } });
  const names = readsIn([of('biller'), of('support'), of('biller')], axis).readers.map(
    (one) => one.principal,
  );
  expect(names).toEqual(['runtime · biller', 'runtime · support']);
});

test('[7.3] descriptions, lists, keys and batches hand out no value and are counted apart; refused ones are denied', () => {
  const verbs = (['look', 'list', 'open', 'batch-read'] as const).map((verb) => byVerb(verb));
  expect(readsIn([...verbs, byVerb('read')], axis)).toMatchObject({ reads: 1, looks: 4, denied: 0 });
  expect(readsIn([byVerb('list', { outcome: 'denied' })], axis)).toMatchObject({ looks: 0, denied: 1 });
});

test('[7.1] a flood of refusals is one line, with its count, its first and its last', () => {
  const flood = Array.from({ length: 1_000 }, (_, at) =>
    read('eve', {
      outcome: 'denied',
      ref: `vault://p/${at % 5}`,
      reason: 'fenced',
      source: '10.0.0.9',
      atMs: NOW_MS - at,
    }),
  );
  const { deniedReads, denied, deniedMore } = readsIn(flood, axis);
  expect(deniedReads).toEqual([
    {
      principal: 'eve',
      reason: 'fenced',
      source: '10.0.0.9',
      secrets: ['vault://p/0', 'vault://p/1', 'vault://p/2'],
      secretsMore: 2,
      count: 1_000,
      firstMs: NOW_MS - 999,
      lastMs: NOW_MS,
    },
  ]);
  expect([denied, deniedMore]).toEqual([1_000, 0]);
});

test('[7.3] however many principals there are, a report names few and counts the others together', () => {
  const many = Array.from({ length: 5_000 }, (_, at) =>
    read(`role-${at}`, { outcome: at % 2 === 0 ? 'success' : 'denied', source: `host-${at}` }),
  );
  const reported = readsIn([...many, read('loudest'), read('loudest')], axis);
  expect(reported.readers).toHaveLength(24);
  expect(reported.readers[0]?.principal).toBe('loudest');
  expect(reported.others?.principals).toBe(5_001 - 24);
  const named = reported.readers.reduce((sum, { reads }) => sum + reads, 0);
  expect(named + (reported.others?.reads.reads ?? 0)).toBe(reported.reads);
  expect(reported.deniedReads).toHaveLength(40);
  expect(reported.deniedMore).toBe(2_460);
});

test('[7.3] whatever order the reads come in, the report is the same', () => {
  const entries = monthOfReads();
  const straight = readsIn(entries, axis);
  const { deniedReads: _some, ...turned } = readsIn(entries.toReversed(), axis);
  expect(straight).toMatchObject(turned);
});

test('what is no read is none', () => {
  expect(readsIn([anEntry({ action: 'revoke' })], axis)).toMatchObject({
    reads: 0,
    readers: [],
    others: null,
  });
});
