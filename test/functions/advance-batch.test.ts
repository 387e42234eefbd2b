import { expect, test } from 'vitest';
import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { aWorld, type World } from '../support/world.ts';

test('[5.4] a batch that names what the confirmed plan does not is refused whole: its manifest was edited', async () => {
  const world = await aWorld({ secrets: 3 });
  const [inScope = 'vault://none', outside] = world.refs;
  const incident = await world.breakGlass('values-leaked', { scope: { secretRef: inScope } });
  const writes = world.target.effects.length;
  const batch = {
    v: 1,
    incidentId: incident.id,
    targetId: 'db0',
    secretRefs: [inScope, outside],
    again: true,
  };
  await expect(
    advanceBatch.invoke(world.state.services, batch, { untilMs: Date.now() + 60_000 }),
  ).rejects.toMatchObject({
    family: 'Denied',
    code: 'manifest-edited',
    message: `the batch names ${outside} at db0, which the confirmed plan ${incident.planHash} of ${incident.id} does not`,
    safe: 'Nothing was done with the batch.',
  });
  expect(world.target.effects.length).toBe(writes);
  expect((await world.secret(1)).epoch).toBe(1);
});

/** Somebody who can write where manifests lie: the first of each incident is edited the moment that it is written. */
function editFirstManifests({ state: { database } }: World, from: string, to: string): void {
  database.exec(`CREATE TRIGGER edited AFTER INSERT ON manifest WHEN NEW.key LIKE 'inc-%/%-0' BEGIN
    UPDATE manifest SET doc = replace(doc, '${from}', '${to}') WHERE key = NEW.key; END`);
}

test.each([
  ['a secret that nobody planned', 'vault://prod/payments/s2', 'vault://prod/payments/s3'],
  ['a secret at a target that is not its own', '"targetId":"db0"', '"targetId":"db1"'],
])(
  '[5.4] a manifest is edited before its map reads it, to name %s: refused with an entry, and swept by the next one',
  async (_what, from, to) => {
    const world = await aWorld({ secrets: 4, targets: 2 });
    // Where a batch of another target would find accounts of its names.
    for (const name of ['r0', 'r2']) world.targets[1]?.addRole(name, 'somebody-else');
    const tenant = 'acme';
    editFirstManifests(world, from, to);
    const [s3] = await world.state.services.registry.secrets(['vault://prod/payments/s3']);
    if (s3 === undefined) throw new Error('no secret');
    const elsewhere = { put: { secrets: [{ ...s3, tenant: 'other' }] }, remove: {}, entries: [] };
    await world.state.services.registry.applyEnrolment([elsewhere]);
    const incident = await world.breakGlass('values-leaked', { scope: { tenant } });
    expect(incident).toMatchObject({ state: 'sealed', provenAtMs: expect.any(Number) });
    expect(await world.fates()).toEqual({ live: 4, 'revoked-proven': 3 });
    for (const name of ['r0', 'r2']) expect(world.targets[1]?.login(name, 'somebody-else')).toBe('accepted');
    expect(world.targets[1]?.login('r3', 'old-3')).toBe('accepted');
    const entries = await world.state.services.audit.find({ action: ['claim'] });
    expect(entries.filter(({ outcome }) => outcome === 'denied').map(({ reason }) => reason)).toEqual([
      expect.stringMatching(`^manifest-edited: .* the confirmed plan ${incident.planHash} of ${incident.id}`),
    ]);
  },
);
