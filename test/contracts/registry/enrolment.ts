import { describe, expect, test } from 'vitest';
import { STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { enrol, hold, issue, pictureOf, secretNamed } from '../enrolled.ts';
import {
  aClass,
  aConsumer,
  anEntry,
  anIncident,
  aPlan,
  aSecret,
  aTarget,
  aWorkspace,
  uniqueName,
} from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeEnrolment(create: CreateRegistry): void {
  describe('enrolment', () => {
    test('[F.1] what is applied is enrolled, with an entry, and what is removed is not', async () => {
      const { registry, audit } = await create();
      const [className, target, consumer, person, operation] = [
        uniqueName('payments'),
        uniqueName('db'),
        uniqueName('checkout'),
        uniqueName('ada'),
        uniqueName('apply'),
      ];
      const secret = aSecret(`vault://contracts/${className}/one`, className, target);
      const put = {
        classes: [aClass(className)],
        targets: [aTarget(target)],
        secrets: [secret],
        consumers: [aConsumer(consumer)],
        people: [{ name: person, user: 'ada', sshKeys: ['ssh-ed25519 AAAA'] }],
        // A quota is an account's: there is one of that name, and this is the only test that sets it.
        pacing: [{ v: 1 as const, name: 'secretsManagerWrites' as const, perSecond: 20 }],
        // So is a workspace.
        slack: [aWorkspace()],
        // And what is noticed.
        detection: [STANDARD_POLICY],
        audit: [{ v: 1 as const, name: 'audit' as const, pseudonyms: true }],
      };
      const entry = anEntry({ action: 'apply', operation });
      await registry.applyEnrolment([{ put, remove: {}, entries: [entry] }]);
      const look = async () => {
        const all = await registry.enrolment();
        return {
          alone: [
            await registry.classNamed(className),
            await registry.target(target),
            ...(await registry.secrets([secret.ref])),
          ],
          listed: [
            ...(await registry.targets()).filter(({ id }) => id === target),
            ...(await registry.consumers()).filter(({ name }) => name === consumer),
            ...(await registry.people()).filter(({ name }) => name === person),
            await registry.slack(),
            await registry.detection(),
            await registry.auditPolicy(),
          ],
          all: {
            classes: all.classes.filter(({ name }) => name === className),
            targets: all.targets.filter(({ id }) => id === target),
            secrets: all.secrets.filter(({ ref }) => ref === secret.ref),
            consumers: all.consumers.filter(({ name }) => name === consumer),
            people: all.people.filter(({ name }) => name === person),
            pacing: all.pacing,
            slack: all.slack,
            detection: all.detection,
            audit: all.audit,
          },
        };
      };
      expect(await look()).toEqual({
        alone: [put.classes[0], put.targets[0], secret],
        listed: [
          put.targets[0],
          put.consumers[0],
          put.people[0],
          put.slack[0],
          put.detection[0],
          put.audit[0],
        ],
        all: put,
      });
      expect(await audit.find({ operation })).toMatchObject([entry]);

      const remove = {
        classes: [className],
        targets: [target],
        secrets: [secret.ref],
        consumers: [consumer],
        people: [person],
        pacing: ['secretsManagerWrites'],
        slack: ['slack'],
        detection: ['detection'],
        audit: ['audit'],
      };
      await registry.applyEnrolment([{ put: {}, remove, entries: [] }]);
      expect(await look()).toEqual({
        alone: [null, null],
        listed: [null, null, null],
        all: {
          classes: [],
          targets: [],
          secrets: [],
          consumers: [],
          people: [],
          pacing: [],
          slack: [],
          detection: [],
          audit: [],
        },
      });
    });

    test('[7.2] an apply that looked before the break-glass opens no fence, and takes back no epoch, token or value', async () => {
      const { registry } = await create();
      const { className, refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const looked = { classes: [aClass(className)], secrets: [await secretNamed(registry, ref)] };
      await registry.openIncident(anIncident(aPlan(className)), []);
      await issue(registry, ref, 'live');
      await hold(registry, ref, 'inc-1');
      const [record, secret] = [await registry.classNamed(className), await secretNamed(registry, ref)];
      expect([record?.epoch, record?.fences.length, secret.fencing]).toEqual([2, 1, 2]);

      await registry.applyEnrolment([
        {
          put: {
            classes: looked.classes.map((wanted) => ({ ...wanted, owner: 'new-team' })),
            secrets: looked.secrets.map((wanted) => ({ ...wanted, account: { role: 'renamed' } })),
          },
          remove: {},
          entries: [],
        },
      ]);
      expect(await registry.classNamed(className)).toEqual({ ...record, owner: 'new-team' });
      expect(await registry.secrets([ref])).toEqual([{ ...secret, account: { role: 'renamed' } }]);
    });

    test('[1.3] a removed secret stays in the ledger, and enrolled again it never uses a version’s name twice', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const versions = [await issue(registry, ref, 'revoked-proven'), await issue(registry, ref, 'live')];
      await registry.applyEnrolment([{ put: {}, remove: { secrets: [ref] }, entries: [] }]);
      expect(await registry.secrets([ref])).toEqual([]);
      expect(await registry.secretsIn({ className })).toEqual([]);
      expect(await registry.versions({ refs: [ref] })).toEqual(versions);
      const anew = aSecret(ref, className, targets[0] ?? '');
      await registry.applyEnrolment([{ put: { secrets: [anew] }, remove: {}, entries: [] }]);
      expect(await registry.secrets([ref])).toEqual([{ ...anew, ordinal: 2 }]);
    });

    test('a long list is applied, each change with its entry', async () => {
      const { registry, audit } = await create();
      const operation = uniqueName('apply');
      const { refs } = await enrol(registry, { secrets: 120 });
      const secrets = (await registry.secrets(refs)).map((secret) => ({ ...secret, owner: 'new-team' }));
      await registry.applyEnrolment(
        secrets.map((secret) => ({
          put: { secrets: [secret] },
          remove: {},
          entries: [anEntry({ operation, ref: secret.ref })],
        })),
      );
      expect(await registry.secrets(refs)).toEqual(secrets);
      const told = (await audit.find({ operation })).map(({ ref }) => ref);
      expect([told.length, new Set(told)]).toEqual([120, new Set(refs)]);
    });

    test('nothing to apply changes nothing', async () => {
      const { registry } = await create();
      const enrolled = await enrol(registry);
      const before = await pictureOf(registry, enrolled);
      await registry.applyEnrolment([]);
      await registry.applyEnrolment([{ put: {}, remove: {}, entries: [] }]);
      expect(await pictureOf(registry, enrolled)).toEqual(before);
    });

    test('secrets come in the order in which they are asked for, unknown ones left out', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 120 });
      const asked = [...refs].reverse();
      const found = await registry.secrets(['vault://contracts/none/before', ...asked]);
      expect(found.map(({ ref }) => ref)).toEqual(asked);
      expect(await registry.secrets([])).toEqual([]);
    });

    test('[3.5] a scope holds a class, or within it one tenant, target or secret, by reference', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry, { secrets: 4, targets: 2 });
      const other = await enrol(registry);
      const [first, , third] = refs;
      await registry.applyEnrolment([
        {
          put: {
            secrets: (await registry.secrets(refs.slice(2))).map((secret) => ({
              ...secret,
              tenant: 'globex',
            })),
          },
          remove: {},
          entries: [],
        },
      ]);
      const target = targets[0] ?? '';
      const within = async (scope: object) =>
        (await registry.secretsIn({ className, ...scope })).map(({ ref }) => ref);
      expect(await within({})).toEqual(refs);
      expect(await within({ tenant: 'globex' })).toEqual(refs.slice(2));
      expect(await within({ target })).toEqual([first, third]);
      expect(await within({ target, tenant: 'globex' })).toEqual([third]);
      expect(await within({ secretRef: first })).toEqual([first]);
      expect(await within({ secretRef: other.refs[0] })).toEqual([]);
    });

    test('targets, consumers and people are listed by name', async () => {
      const { registry } = await create();
      const run = uniqueName('order');
      const names = ['b', 'c', 'a'].map((letter) => `${run}-${letter}`);
      await registry.applyEnrolment(
        names.map((name) => ({
          put: {
            targets: [aTarget(name)],
            consumers: [aConsumer(name)],
            people: [{ name, sshKeys: [] }],
          },
          remove: {},
          entries: [],
        })),
      );
      const own = (list: readonly string[]) => list.filter((name) => name.startsWith(run));
      const sorted = [...names].sort();
      expect(own((await registry.targets()).map(({ id }) => id))).toEqual(sorted);
      expect(own((await registry.consumers()).map(({ name }) => name))).toEqual(sorted);
      expect(own((await registry.people()).map(({ name }) => name))).toEqual(sorted);
    });

    test('a class or a target that is not enrolled is null', async () => {
      const { registry } = await create();
      expect(await registry.classNamed(uniqueName('none'))).toBeNull();
      expect(await registry.target(uniqueName('none'))).toBeNull();
    });
  });
}
