import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
import type { IncidentRecord } from '../../../shared/domain/incident.ts';
import { momentOf, noticesOf } from '../../../shared/driver/notices-of.ts';
import { anEntry, anIncident, aPlan } from '../../contracts/records.ts';

const fenced = anIncident(aPlan('payments', { fence: true, cause: 'reader-compromised' }), { packets: 1 });
const { id } = fenced;
const about = (entry: Partial<AuditEntry>) => anEntry({ operation: id, className: 'payments', ...entry });

function toldOf(entry: AuditEntry, incident: IncidentRecord | null) {
  const moment = momentOf(entry);
  return moment === null ? [] : noticesOf(moment, entry, incident);
}
const kinds = (entry: AuditEntry, incident: IncidentRecord | null) =>
  toldOf(entry, incident).map(({ kind }) => kind);

const packet = (number = 1) => about({ action: 'seal', id: `${id}:seal:${number}` });

test('[7.1] a fenced class that was not seen to be contained is told with the first packet, by the layers that did not show it', () => {
  const looking: IncidentRecord = {
    ...fenced,
    layers: [
      { layer: 'key', state: 'not-yet-observed', detail: 'a canary reader was still served' },
      { layer: 'resolver', state: 'observed', atMs: 1, detail: 'denied' },
    ],
  };
  const [notContained, needed, ...rest] = toldOf(packet(), looking);
  expect(notContained).toMatchObject({
    kind: 'incident-not-contained',
    words: 'Class payments was not seen to be contained: key.',
  });
  expect([needed?.kind, rest]).toEqual(['people-needed', []]);
  expect(kinds(packet(2), { ...looking, packets: 2 })).toEqual(['people-needed']);
  expect(kinds(packet(), { ...fenced, containedAtMs: 2 })).toEqual(['people-needed']);
});

test('[7.1] a packet that a later one has overtaken is not told of', () => {
  expect(kinds(packet(1), { ...fenced, packets: 2 })).toEqual([]);
});

test('[7.1] an end without every proof says so, and how to go on', () => {
  const open = { ...fenced, reopenedAtMs: 3, containedAtMs: 2, state: 'sealed' as const };
  const [sealed] = toldOf(packet(), open);
  expect(sealed).toMatchObject({
    kind: 'incident-sealed',
    words: expect.stringContaining('Not every old credential is proven dead'),
    next: [`rekey resume ${id}`, `rekey incident show ${id}`],
  });
});

test('[7.1] a signature that does not hold any more calls people again, while they are waited for', () => {
  const void_ = about({ action: 'sign', outcome: 'denied', actor: { user: 'alice' } });
  expect(toldOf(void_, fenced)[0]?.words).toBe('The signature of alice does not hold for what is there now.');
  expect(kinds(void_, { ...fenced, reopenedAtMs: 3 })).toEqual([]);
  expect(kinds({ ...void_, outcome: 'success' }, fenced)).toEqual([]);
});

test('[7.1] a mistaken alarm that was undone is told once, not for each account', () => {
  const whole = about({ action: 'restore', id: `${id}:restore:`, reason: 'signed by alice and bob' });
  expect(toldOf(whole, { ...fenced, state: 'restored' })[0]).toMatchObject({
    kind: 'incident-restored',
    words: 'What was cut of class payments is on again: signed by alice and bob.',
  });
  expect(kinds(about({ action: 'restore', ref: 'vault://a' }), fenced)).toEqual([]);
});

test('[7.1] a fence without an incident is told: somebody acted past the control plane', () => {
  const { operation: _operation, ...direct } = about({ action: 'fence', actor: { user: 'alice' } });
  const [notice] = toldOf(direct, null);
  expect(notice).toMatchObject({ kind: 'fenced-directly', className: 'payments' });
  expect(notice?.incident).toBeUndefined();
  expect(kinds(about({ action: 'fence' }), fenced)).toEqual([]);
});

test('[7.1] what a notice is called follows from its entry, so that a repeat is known', () => {
  const opened = about({ action: 'incident-open' });
  expect(toldOf(opened, null)[0]?.id).toBe(`${opened.id}/incident-opened`);
  expect(toldOf(opened, fenced)[0]?.id).toBe(`${opened.id}/incident-opened`);
});
