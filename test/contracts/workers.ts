import { describe, expect, test } from 'vitest';
import type { Services } from '../../shared/driver/services.ts';
import type { Workers } from '../../shared/ports/workers.ts';
import { aMistakenAlarm } from '../support/mistaken-alarm.ts';
import { keepSignature } from '../support/people.ts';

/** What everything keeps to that stands where fronts may not. */
export function describeWorkers(name: string, create: (services: Services) => Promise<Workers>): void {
  const anAlarm = async (options: { secrets: number; targets: number }) => {
    const alarm = await aMistakenAlarm(options);
    const workers = await create(alarm.world.state.services);
    const { id, world } = alarm;
    return {
      ...alarm,
      workers,
      sign: async (...people: readonly string[]) => {
        for (const person of people) await keepSignature(world, person, id, 'restore');
      },
      restore: (targetId: string) => workers.restoreTarget({ incidentId: id, targetId, user: 'courier' }),
      end: () => workers.restoreClass({ incidentId: id }),
      standing: async () => (await world.state.services.registry.incident(id))?.state,
    };
  };

  describe(`workers ${name}`, () => {
    test('[5.4] act on no word but two people’s signatures, whoever asks', async () => {
      const { world, restore, end, sign, standing } = await anAlarm({ secrets: 1, targets: 1 });
      const refused = { family: 'Denied', message: expect.stringContaining('two people') };
      await expect(restore('db0')).rejects.toMatchObject(refused);
      await sign('ada');
      await expect(restore('db0')).rejects.toMatchObject(refused);
      await expect(end()).rejects.toMatchObject(refused);
      expect(world.target.login('r0', 'old-0')).toBe('off');
      expect(await standing()).toBe('open');
    });

    test('[7.2] undo a cut target by target on the same two signatures; the class is free when the last is on', async () => {
      const { world, id, restore, end, sign, standing } = await anAlarm({ secrets: 2, targets: 2 });
      await sign('ada', 'grace');
      expect(await restore('db0')).toEqual({ restored: [world.refs[0]], failed: [] });
      expect(await end()).toEqual({ restored: false });
      expect(await standing()).toBe('open');
      expect(await restore('db1')).toEqual({ restored: [world.refs[1]], failed: [] });
      expect(await end()).toEqual({ restored: true });
      expect(await standing()).toBe('restored');
      const { keys, registry, audit } = world.state.services;
      expect((await keys.list('payments')).map(({ epoch, state }) => `${epoch} ${state}`)).toEqual([
        '1 open',
        '2 closed',
      ]);
      expect((await registry.classNamed('payments'))?.incidents).toEqual([]);
      // Again, nothing is done twice.
      expect(await restore('db0')).toEqual({ restored: [], failed: [] });
      expect(await end()).toEqual({ restored: true });
      const told = await audit.find({ action: ['restore', 'unfence'] });
      expect(told.map((entry) => `${entry.action} ${entry.actor.user} ${entry.ref ?? id}`)).toEqual([
        `restore courier ${world.refs[0]}`,
        `restore courier ${world.refs[1]}`,
        `unfence r ${id}`,
        `restore r ${id}`,
      ]);
    });

    test('[7.2] a target that does not answer is named with what stays off there, and taken up when asked again', async () => {
      const { world, restore, end, sign, standing } = await anAlarm({ secrets: 2, targets: 2 });
      await sign('ada', 'grace');
      world.target.dead = true;
      const message = 'db0 does not answer';
      expect(await restore('db0')).toEqual({ restored: [], failed: [{ ref: world.refs[0], message }] });
      expect((await restore('db1')).restored).toEqual([world.refs[1]]);
      expect(await end()).toEqual({ restored: false });
      world.target.dead = false;
      expect((await restore('db0')).restored).toEqual([world.refs[0]]);
      expect(await end()).toEqual({ restored: true });
      expect(await standing()).toBe('restored');
    });

    test('[5.4] what is re-issued meanwhile voids the signatures; signed anew, the rest is on and the class stays fenced', async () => {
      const { world, restore, reissue, end, sign, standing } = await anAlarm({ secrets: 2, targets: 1 });
      await sign('ada', 'grace');
      await reissue(0);
      await expect(restore('db0')).rejects.toMatchObject({ family: 'Denied' });
      await expect(end()).rejects.toMatchObject({ family: 'Denied' });
      await sign('ada', 'grace');
      expect((await restore('db0')).restored).toEqual([world.refs[1]]);
      expect(world.target.login('r0', 'old-0')).toBe('refused');
      expect(await end()).toEqual({ restored: false });
      expect(await standing()).toBe('open');
    });

    test('[5.4] say whether a target lets Rekey in, and how it knows its accounts', async () => {
      const { world, workers } = await anAlarm({ secrets: 2, targets: 1 });
      expect(await workers.checkTarget({ targetId: 'db0' })).toMatchObject({ what: 'target db0', ok: true });
      expect(await workers.noteIdentities({ targetId: 'db0', refs: world.refs })).toEqual({
        seen: 2,
        unseen: [],
      });
      world.target.adminPassword = 'changed-behind-our-back';
      expect(await workers.checkTarget({ targetId: 'db0' })).toMatchObject({
        what: 'target db0',
        ok: false,
        next: expect.stringContaining('rekey'),
      });
      expect(await workers.noteIdentities({ targetId: 'db0', refs: world.refs })).toMatchObject({
        seen: 0,
        unseen: [{ target: 'db0' }],
      });
    });

    test('[5.4] say in their own words that there is no such incident, and no such target', async () => {
      const { workers } = await anAlarm({ secrets: 1, targets: 1 });
      await expect(workers.restoreClass({ incidentId: 'inc-none' })).rejects.toMatchObject({
        family: 'NotFound',
        message: 'there is no incident inc-none',
      });
      expect(await workers.checkTarget({ targetId: 'gone' })).toEqual({
        what: 'target gone',
        ok: false,
        detail: 'it is not enrolled',
        next: 'rekey apply',
      });
    });
  });
}
