import { expect, test } from 'vitest';
import { buildPacket } from '../../../../shared/domain/packet/packet.ts';
import {
  aDelivery,
  anIncident,
  aPacket,
  aRead,
  CONFIRMED,
  known,
  parked,
  proven,
  withoutAccount,
} from '../../../support/packet-records.ts';

const DOWN = { code: 'target-unavailable', message: 'db2 does not answer', sweepable: true };

test('[5.4] each secret of the plan is in the packet with every version of it and what was seen of each', () => {
  const packet = aPacket([proven('vault://p/a'), parked('vault://p/b', DOWN, { target: 'db2' })]);
  expect(packet.totals).toEqual({ secrets: 2, proven: 1, unproven: 1, superseded: 0 });
  expect(packet.fates).toMatchObject({ live: 2, pending: 1, 'revoked-proven': 1, 'revoked-unproven': 0 });
  expect(packet.secrets).toMatchObject([
    {
      ref: 'vault://p/a',
      standing: 'proven',
      versions: [
        { ordinal: 1, fate: 'revoked-proven', current: false, provenAtMs: CONFIRMED + 1_400 },
        { ordinal: 2, fate: 'live', current: true, evidence: null },
      ],
    },
    { ref: 'vault://p/b', standing: 'under-way', parked: 'target-unavailable: db2 does not answer' },
  ]);
});

test('[5.4] a target’s line says how far it came and when it was last seen to', () => {
  const packet = aPacket([
    proven('vault://p/a', { target: '2' }),
    parked('vault://p/b', DOWN, { target: '10' }),
  ]);
  expect(packet.targets).toEqual([
    { target: '10', secrets: 1, proven: 0, parked: 1, lastReissued: null, lastProven: null },
    { target: '2', secrets: 1, proven: 1, parked: 0, lastReissued: 1_200, lastProven: 1_400 },
  ]);
});

test('[5.4] a target’s last moments are this incident’s: not an older rotation’s, not a newer break-glass’s', () => {
  const { secret, versions } = parked('vault://p/a', DOWN);
  const [old, issued] = versions;
  if (old === undefined || issued === undefined) throw new Error('a secret has two versions here');
  const month = 30 * 86_400_000;
  const rotated = {
    secret,
    versions: [
      { ...old, fate: 'revoked-proven' as const, proven: { atMs: CONFIRMED - month, evidence: 'refused' } },
      { ...issued, epoch: 3, promotedAtMs: CONFIRMED + month },
    ],
  };
  expect(aPacket([rotated]).targets).toMatchObject([{ lastReissued: null, lastProven: null }]);
});

test('[5.4] a moment that nobody observed is null, whatever was planned', () => {
  const stories = [proven('vault://p/a')];
  const incident = anIncident(
    stories,
    { cause: 'unknown', fence: true, cut: true },
    { cutAtMs: CONFIRMED + 800 },
  );
  expect(aPacket(stories, incident).times).toEqual({
    contained: null,
    cut: 800,
    reissued: null,
    proven: null,
    reopened: null,
  });
});

test('[5.4] a secret that a newer break-glass has is not counted as proven by this one', () => {
  const [story] = [proven('vault://p/a')];
  const newer = { ...story, secret: { ...story.secret, epoch: 3 } };
  expect(aPacket([newer]).totals).toEqual({ secrets: 1, proven: 0, unproven: 1, superseded: 1 });
});

test('[5.4] a secret that left rekey.yaml meanwhile stays in the packet, by the ledger’s word', () => {
  const [gone, alive] = [proven('vault://p/gone'), parked('vault://p/alive', DOWN)];
  const packet = aPacket([gone, alive], anIncident([gone, alive]), { secrets: [] });
  expect(packet.totals).toMatchObject({ secrets: 2, proven: 1, unproven: 1 });
  expect(packet.secrets).toMatchObject([
    { ref: 'vault://p/gone', owner: null, tenant: null, standing: 'proven' },
    { ref: 'vault://p/alive', owner: null, tenant: null, standing: 'under-way' },
  ]);
  const unknown = aPacket([gone], anIncident([gone]), { secrets: [], versions: [] });
  expect(unknown.totals).toMatchObject({ proven: 0, unproven: 1 });
});

test('[5.4] an account that is gone is proven dead, and still needs a person', () => {
  const [secret] = aPacket([withoutAccount('vault://p/a')]).secrets;
  expect(secret).toMatchObject({ standing: 'proven', needsPerson: true });
});

test('[5.5] what each consumer was told of which version, when, and whether it confirmed', () => {
  const packet = aPacket([proven('vault://p/a')], undefined, {
    deliveries: [aDelivery('vault://p/a'), aDelivery('vault://p/a', { consumer: 'billing' })],
  });
  expect(packet.told).toMatchObject([
    { consumer: 'billing', owner: null, versionId: 'vault://p/a#2' },
    { consumer: 'checkout', owner: 'checkout-team', state: 'confirmed', confirmedAtMs: CONFIRMED + 1_250 },
  ]);
});

test('the same records in another order give the same packet', () => {
  const stories = [proven('vault://p/a'), proven('vault://p/b', { target: 'db2' })];
  const facts = known(stories, anIncident(stories), {
    reads: [aRead('vault://p/a'), aRead('vault://p/b', { user: 'eve' }), aRead('vault://p/b')],
    deliveries: [aDelivery('vault://p/a'), aDelivery('vault://p/b')],
  });
  const turned = {
    ...facts,
    secrets: facts.secrets.toReversed(),
    versions: facts.versions.toReversed(),
    reads: facts.reads.toReversed(),
    deliveries: facts.deliveries.toReversed(),
  };
  expect(JSON.stringify(buildPacket(turned))).toBe(JSON.stringify(buildPacket(facts)));
});
