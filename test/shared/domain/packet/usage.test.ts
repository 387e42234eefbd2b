import { expect, test } from 'vitest';
import type { AuditEntry, ReadDetail } from '../../../../shared/domain/audit/entry.ts';
import { renderPacketHtml } from '../../../../shared/domain/packet/page/page.ts';
import {
  anIncident,
  aPacket,
  aRead,
  CONFIRMED,
  LEAKED,
  parked,
  proven,
} from '../../../support/packet-records.ts';

const A = 'vault://p/a';
const B = 'vault://p/b';
const STORIES = [
  proven(A),
  parked(B, { code: 'target-unavailable', message: 'db2 does not answer', sweepable: true }),
];

const byTrail = (about: Partial<ReadDetail> = {}): ReadDetail => ({
  from: 'cloudtrail',
  eventId: 'ct',
  verb: 'read',
  kind: 'role',
  ...about,
});

const packetOf = (reads: readonly AuditEntry[], more: Parameters<typeof aPacket>[2] = {}) =>
  aPacket(STORIES, anIncident(STORIES), { reads, ...more });

test('[7.3] who was handed a version of before is named with when, whence and whether it is worthless by now', () => {
  const { holders = [] } = packetOf([
    aRead(A, { id: '1', user: 'eve', agent: 'scraper', source: '203.0.113.7' }),
    aRead(A, { id: '2', user: 'eve', agent: 'scraper', atMs: LEAKED + 90_000, read: byTrail() }),
    aRead(B, { id: '3' }),
  ]);
  expect(holders).toEqual([
    {
      user: 'checkout-service',
      agent: null,
      onBehalfOf: null,
      ref: B,
      versionId: `${B}#1`,
      fate: 'live',
      worthlessSinceMs: null,
      reads: 1,
      firstMs: LEAKED + 60_000,
      lastMs: LEAKED + 60_000,
      places: ['10.0.0.7'],
      morePlaces: 0,
      sources: ['resolver'],
      certainty: 'certain',
    },
    {
      user: 'eve',
      agent: 'scraper',
      onBehalfOf: null,
      ref: A,
      versionId: `${A}#1`,
      fate: 'revoked-proven',
      worthlessSinceMs: CONFIRMED + 1_400,
      reads: 2,
      firstMs: LEAKED + 60_000,
      lastMs: LEAKED + 90_000,
      places: ['10.0.0.7', '203.0.113.7'],
      morePlaces: 0,
      sources: ['resolver', 'cloudtrail'],
      certainty: 'certain',
    },
  ]);
});

test('[7.3] who read before the leak holds the value all the same, and is not among who read since', () => {
  const { holders = [], reads } = packetOf([aRead(A, { atMs: LEAKED - 30_000 })]);
  expect(holders).toMatchObject([{ user: 'checkout-service', firstMs: LEAKED - 30_000 }]);
  expect(reads).toEqual([]);
});

test('[7.3] who was refused, read the new version, looked at the description alone, or is Rekey itself holds none of it', () => {
  const { holders } = packetOf([
    aRead(A, { id: '1', outcome: 'denied' }),
    aRead(A, { id: '2', versionId: `${A}#2`, atMs: CONFIRMED + 5_000 }),
    aRead(A, { id: '3', read: byTrail({ verb: 'look' }) }),
    aRead(A, { id: '4', read: byTrail({ own: true }) }),
  ]);
  expect(holders).toEqual([]);
});

test('[7.3] a version that no source names is likely the one of then, and a version that the ledger lacks may be alive', () => {
  const { holders = [] } = packetOf([
    aRead(A, { id: '1', user: 'late', versionId: `${A}#2`, read: byTrail({ versionPresumed: true }) }),
    aRead(A, { id: '2', user: 'odd', versionId: 'unheard-of' }),
  ]);
  expect(holders).toMatchObject([
    { user: 'late', versionId: `${A}#1`, certainty: 'likely', worthlessSinceMs: CONFIRMED + 1_400 },
    { user: 'odd', fate: null, certainty: 'certain', worthlessSinceMs: null },
  ]);
});

test('[7.3] each source says until when it is complete: the resolver to the last, a trail as far as its files, an import never', () => {
  const reconciled = { trail: 'the-trail', fromMs: LEAKED, untilMs: CONFIRMED - 1_800_000, unread: 2 };
  const { sources = [] } = packetOf([aRead(A)], { reconciled, readUntilMs: CONFIRMED + 7 });
  expect(sources).toMatchObject([
    { source: 'resolver', reads: 1, completeUntilMs: CONFIRMED + 7 },
    { source: 'cloudtrail', completeFromMs: LEAKED, completeUntilMs: CONFIRMED - 1_800_000, unread: 2 },
    { source: 'import', completeUntilMs: null },
  ]);
  expect(packetOf([]).sources?.[1]).toMatchObject({ completeFromMs: null, completeUntilMs: null });
});

test('[7.3] of a class whose reads go on without the audit nobody says that they are all there', () => {
  const packet = packetOf([aRead(A)], { goesOnWithoutAudit: true });
  expect(packet.sources?.[0]).toMatchObject({
    source: 'resolver',
    completeFromMs: null,
    completeUntilMs: null,
  });
  expect(renderPacketHtml(packet)).toContain('those that wait for it may still come');
  expect(renderPacketHtml(packetOf([aRead(A)]))).toContain('each value that was handed out until');
});

test('[7.3] the page says who holds what in the open where it may work, and what may still come', () => {
  const reconciled = { trail: 'the-trail', fromMs: LEAKED, untilMs: CONFIRMED - 1_800_000, unread: 0 };
  const page = renderPacketHtml(packetOf([aRead(A, { user: 'eve' }), aRead(B, { id: '2' })], { reconciled }));
  expect(page).toContain('1 of 2 hold a value that was not seen to be refused.');
  expect(page).toMatch(/<details open><summary><b>checkout-service<\/b>/);
  expect(page).toContain('worthless');
  expect(page).toContain('Complete from 2026-11-24 01:00:00 until 2026-11-24 02:30:00 UTC');
  expect(renderPacketHtml(packetOf([]))).toContain('no trail’s files were compared');
});

test('[7.3] a packet of before there was any of this is still shown', () => {
  const { sources: _none, holders: _neither, reads, ...rest } = packetOf([aRead(A)]);
  const old = { ...rest, reads: reads.map(({ from: _unsaid, ...read }) => read) };
  expect(renderPacketHtml(old)).toContain('Who read which version');
});
