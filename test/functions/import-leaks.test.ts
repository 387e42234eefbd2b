import { describe, expect, test } from 'vitest';
import { importLeaks } from '../../functions/import-leaks/handler.ts';
import { listLeaks } from '../../functions/list-leaks/handler.ts';
import { planBreakGlass } from '../../functions/plan-break-glass/handler.ts';
import { openedIncident } from '../../shared/domain/opened-incident.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { FATES, type Fate, type VersionRecord } from '../../shared/domain/version.ts';
import { enrol, issue } from '../contracts/enrolled.ts';
import { AT_MS } from '../contracts/records.ts';
import { FrozenClock } from '../support/clock.ts';
import { aState } from '../support/state.ts';

const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER, caller: { user: 'ada', source: 'test' } };

type Found = Parameters<typeof finding>[0];
const finding = (about: {
  readonly secret?: string;
  readonly around?: readonly string[];
  readonly file?: string;
  readonly line?: number;
  readonly scanner?: string;
  readonly atMs?: number;
}) => ({
  scanner: 'gitleaks',
  rule: 'generic-api-key',
  file: 'src/app.env',
  line: 3,
  ...about,
  around: [...(about.around ?? [])],
});

/** A class with secrets, and values of theirs in the store under their own epoch's key. */
async function aWorld({ secrets = 1 }: { readonly secrets?: number } = {}) {
  const clock = new FrozenClock(AT_MS + 3_600_000);
  const state = aState({ clock });
  const { services } = state;
  const { className, refs } = await enrol(services.registry, { secrets });
  const key = await services.keys.ensure(className, 1, 'open');
  async function put(value: string, fate: Fate, index = 0): Promise<VersionRecord> {
    const ref = refs[index] as SecretRef;
    const version = await issue(services.registry, ref, fate, {
      keyId: key.id,
      ...(fate === 'revoked-proven' ? { proven: { atMs: AT_MS + 60_000, evidence: '28P01' } } : {}),
    });
    await services.store.putPending([{ ref, versionId: version.id, epoch: 1, keyId: key.id, value }]);
    return version;
  }
  return {
    clock,
    services,
    className,
    refs,
    key,
    put,
    leaked: (...found: readonly Found[]) =>
      importLeaks.invoke(services, { v: 1, found: found.map(finding) }, CONTEXT),
    entries: () => services.audit.find({ action: ['leak', 'propose'] }),
    listed: async () => (await listLeaks.invoke(services, { v: 1 }, CONTEXT)).leaks,
  };
}

const OPEN: ReadonlySet<Fate> = new Set(['pending', 'live', 'grace', 'cut', 'revoked-unproven']);
const VALUE = 'planted-Zq8vN3tLw0PxR7sKd2Jm';

describe('[7.4] a value that leaked', () => {
  test.each(FATES.filter((fate) => OPEN.has(fate)))(
    'of a %s version is an incident, proposed at once',
    async (fate) => {
      const { leaked, put, refs, entries, className } = await aWorld();
      const version = await put(VALUE, fate);
      const { judged, proposed } = await leaked({ secret: VALUE });
      expect(judged).toMatchObject([{ result: 'incident', ref: refs[0], versionId: version.id, fate }]);
      expect(proposed).toMatchObject([{ refs: [refs[0]], className }]);
      expect(proposed[0]?.command).toMatch(
        new RegExp(
          `^rekey break-glass --class ${className} --secret ${refs[0]} --cause values-leaked --since 2026-11-24T03:00:00.000Z --plan-hash [0-9a-f]{64}$`,
        ),
      );
      expect(await entries()).toMatchObject([
        { action: 'leak', ref: refs[0], versionId: version.id, fate, cause: 'values-leaked', className },
        { action: 'propose', className, cause: 'values-leaked', operation: proposed[0]?.planHash },
      ]);
    },
  );

  test('of a version that was revoked, and seen refused, is closed with that as its reason', async () => {
    const { leaked, put, refs, listed } = await aWorld();
    const version = await put(VALUE, 'revoked-proven');
    const { judged, proposed } = await leaked({ secret: VALUE });
    const closed = {
      ref: refs[0],
      versionId: version.id,
      fate: 'revoked-proven',
      reason: 'already revoked, and seen refused at 2026-11-24T03:01:00.000Z',
    };
    expect(judged).toEqual([{ result: 'closed', ...closed }]);
    expect(proposed).toEqual([]);
    expect(await listed()).toMatchObject([
      { ...closed, leak: { result: 'closed', file: 'src/app.env', line: 3 } },
    ]);
  });

  test('of a version that never became usable is closed', async () => {
    const { leaked, put } = await aWorld();
    await put(VALUE, 'failed');
    const { judged, proposed } = await leaked({ secret: VALUE });
    expect(judged).toMatchObject([{ result: 'closed', reason: 'it never became usable' }]);
    expect(proposed).toEqual([]);
  });

  test('of nobody that we know is kept as a candidate, and nothing of it but where it was and its length’s class', async () => {
    const { leaked, put, entries, listed, services } = await aWorld();
    await put(VALUE, 'live');
    const unknown = 'planted-of-somebody-else';
    const { judged } = await leaked({
      secret: unknown,
      file: `logs/${unknown}.txt`,
      around: [`key=${unknown}`],
    });
    expect(judged).toEqual([{ result: 'candidate', reason: 'no value of ours' }]);
    expect(await listed()).toMatchObject([
      {
        leak: {
          result: 'candidate',
          scanner: 'gitleaks',
          rule: 'generic-api-key',
          file: 'logs/[redacted].txt',
          line: 3,
          length: '16-31',
        },
      },
    ]);
    const { head, lines } = {
      head: await services.audit.chainPending(),
      lines: await services.audit.lines(0, 100),
    };
    expect(head.seq).toBe(lines.length);
    expect(JSON.stringify([await entries(), lines])).not.toContain(unknown);
  });

  test('is one leak however often, and by however many scanners, it is found', async () => {
    const { leaked, put, listed, entries } = await aWorld();
    await put(VALUE, 'live');
    for (const scanner of ['gitleaks', 'detect-secrets', 'gitleaks']) {
      await leaked({ secret: VALUE, scanner }, { secret: 'planted-of-somebody-else', line: 9, scanner });
    }
    expect((await listed()).map(({ leak }) => leak.result)).toEqual(['incident', 'candidate']);
    expect((await entries()).map(({ action }) => action)).toEqual(['leak', 'leak', 'propose']);
  });

  test('says another word once its version is seen refused', async () => {
    const { leaked, put, listed, services, refs } = await aWorld();
    const version = await put(VALUE, 'live');
    await leaked({ secret: VALUE });
    const [held] = await services.registry.claim(refs, {
      operation: 'rot-2',
      epoch: 2,
      holder: 'worker',
      nowMs: AT_MS,
      leaseMs: 15_000,
    });
    if (held?.outcome !== 'claimed') throw new Error('not claimed');
    await services.registry.record([
      {
        token: held.secret.fencing,
        secret: held.secret,
        versions: [{ ...version, fate: 'revoked-proven' }],
        deliveries: [],
        entries: [],
      },
    ]);
    expect((await leaked({ secret: VALUE })).judged).toMatchObject([{ result: 'closed' }]);
    expect((await listed()).map(({ leak }) => leak.result)).toEqual(['closed']);
  });

  test('of versions that have the same value is the worst of them', async () => {
    const { leaked, put } = await aWorld({ secrets: 2 });
    await put(VALUE, 'revoked-proven', 0);
    const live = await put(VALUE, 'live', 1);
    const { judged, proposed } = await leaked({ secret: VALUE });
    expect(judged).toMatchObject([{ result: 'incident', versionId: live.id }]);
    expect(proposed).toHaveLength(1);
  });
});

describe('[7.1] what a scanner found is compared', () => {
  test.each([
    ['as it is', VALUE],
    ['in quotes', `"${VALUE}"`],
    ['with space around', `  ${VALUE}\n`],
    ['as an assignment', `DB_PASSWORD=${VALUE}`],
    ['as an assignment with quotes', `password: '${VALUE}',`],
    [
      'URL-encoded',
      VALUE.split('')
        .map((sign) => `%${sign.charCodeAt(0).toString(16)}`)
        .join(''),
    ],
    ['in base64', Buffer.from(VALUE).toString('base64')],
    ['in base64 with a name before', Buffer.from(`app:${VALUE}`).toString('base64')],
    ['escaped as in JSON', VALUE.replace('-', '\\u002d')],
  ])('%s', async (_name, secret) => {
    const { leaked, put } = await aWorld();
    await put(VALUE, 'live');
    expect((await leaked({ secret })).judged).toMatchObject([{ result: 'incident' }]);
  });

  test.each(['pin-42', '"pin-42"', 'PIN=pin-42', 'cGluLTQy', ' pin-42 '])(
    'a value of six signs too, where it is all that was found: %s',
    async (secret) => {
      const { leaked, put } = await aWorld();
      await put('pin-42', 'live');
      expect((await leaked({ secret })).judged).toMatchObject([{ result: 'incident' }]);
      expect((await leaked({ secret: `${secret}xyz9` })).judged).toMatchObject([{ result: 'candidate' }]);
    },
  );

  test('by what stands around it, where the scanner cut it short; another value in the line is another finding’s', async () => {
    const { leaked, put } = await aWorld();
    await put(VALUE, 'live');
    const line = `password=${VALUE} token=planted-of-somebody-else`;
    const { judged } = await leaked(
      { secret: VALUE.slice(0, 12), around: [line] },
      { secret: 'planted-of-somebody-else', around: [line] },
      { around: [line] },
      {},
    );
    expect(judged.map(({ result }) => result)).toEqual(['incident', 'candidate', 'incident', 'not-compared']);
  });

  test('to past versions as to live ones, as long as their key exists', async () => {
    const { leaked, put, services, className } = await aWorld();
    await put(VALUE, 'revoked-proven');
    const next = await services.keys.ensure(className, 2, 'open');
    expect(next.id).not.toBe('');
    expect((await leaked({ secret: VALUE })).judged).toMatchObject([{ result: 'closed' }]);
    const [key] = await services.keys.list(className);
    await services.keys.destroy(className, key?.id ?? '');
    // Nobody can say any more whose it was: fingerprints died with the epoch.
    expect((await leaked({ secret: VALUE })).judged).toMatchObject([{ result: 'candidate' }]);
  });

  test('and what stands elsewhere, under a key that is gone, is forgotten, and stands in nobody’s way', async () => {
    const { services, put, key, className } = await aWorld();
    await put(VALUE, 'revoked-proven');
    await services.keys.destroy(className, key.id);
    const forgotten: string[] = [];
    const elsewhere = {
      ...services,
      fingerprints: {
        ...services.fingerprints,
        keys: async () => [{ keyId: key.id, epoch: 1 }],
        forget: async (keyId: string) => void forgotten.push(keyId),
      },
    };
    const answer = await importLeaks.invoke(
      elsewhere,
      { v: 1, found: [finding({ secret: VALUE })] },
      CONTEXT,
    );
    expect(answer).toMatchObject({ judged: [{ result: 'candidate' }], closedKeys: 0 });
    expect(forgotten).toEqual([key.id]);
  });

  test('also under a key that is closed to readers', async () => {
    const { leaked, put, services, key } = await aWorld();
    await put(VALUE, 'live');
    await services.keys.close(key.id);
    expect(await leaked({ secret: VALUE })).toMatchObject({
      judged: [{ result: 'incident' }],
      closedKeys: 0,
    });
  });

  test('and where a key is closed to the prover too it is said that its values were not', async () => {
    const { services, put } = await aWorld();
    await put(VALUE, 'live');
    const { RekeyError } = await import('../../shared/domain/errors.ts');
    const closed = {
      ...services,
      store: {
        ...services.store,
        read: async () => {
          throw new RekeyError({ code: 'key-closed', family: 'Denied', message: 'closed' });
        },
      },
    };
    const answer = await importLeaks.invoke(closed, { v: 1, found: [finding({ secret: VALUE })] }, CONTEXT);
    expect(answer).toMatchObject({ judged: [{ result: 'candidate' }], closedKeys: 1 });
  });
});

describe('[7.2] what is proposed', () => {
  test('is the plan that the command shows again, bound to its hash', async () => {
    const { leaked, put, services, className, refs } = await aWorld();
    await put(VALUE, 'live');
    const { proposed } = await leaked({ secret: VALUE, atMs: AT_MS + 1_000 });
    const [, since] = /--since (\S+)/.exec(proposed[0]?.command ?? '') ?? [];
    expect(since).toBe(new Date(AT_MS + 1_000).toISOString());
    const again = await planBreakGlass.invoke(
      services,
      { v: 1, scope: { className, secretRef: refs[0] }, cause: 'values-leaked', cutNow: false, since },
      CONTEXT,
    );
    expect(again.planHash).toBe(proposed[0]?.planHash);
  });

  test('begins when the value was made, where the leak is said to be older, or later than now', async () => {
    const { leaked, put, clock } = await aWorld();
    await put(VALUE, 'live');
    const sinceOf = async (atMs: number) =>
      /--since (\S+)/.exec((await leaked({ secret: VALUE, atMs })).proposed[0]?.command ?? '')?.[1];
    expect(await sinceOf(0)).toBe('2026-11-24T03:00:00.000Z');
    expect(await sinceOf(clock.ms * 2)).toBe('2026-11-24T04:00:00.000Z');
  });

  test('is the class where more than ten of its secrets leaked', async () => {
    const { leaked, put, className } = await aWorld({ secrets: 11 });
    const values = Array.from({ length: 11 }, (_, index) => `planted-value-number-${index}`);
    for (const [index, value] of values.entries()) await put(value, 'live', index);
    const { proposed } = await leaked(...values.map((secret, line) => ({ secret, line: line + 1 })));
    expect(proposed).toHaveLength(1);
    expect(proposed[0]?.refs).toHaveLength(11);
    expect(proposed[0]?.command).toMatch(new RegExp(`--class ${className} --cause values-leaked `));
  });

  test('is nothing new where an incident of it is under way', async () => {
    const { leaked, put, services, className, refs } = await aWorld();
    await put(VALUE, 'live');
    const { proposed } = await leaked({ secret: VALUE });
    const plan = await services.plans.load(proposed[0]?.planHash ?? '');
    const incident = openedIncident({
      id: 'inc-1',
      plan,
      planHash: proposed[0]?.planHash ?? '',
      startedBy: 'grace',
      confirmedAtMs: AT_MS,
      deadlineMs: 900_000,
      people: [],
    });
    await services.registry.openIncident(incident, []);
    expect((await leaked({ secret: VALUE })).proposed).toMatchObject([
      { refs, className, command: 'rekey watch inc-1', reason: 'grace started inc-1 on this scope already' },
    ]);
  });

  test('is to look, of a secret that is enrolled no more', async () => {
    const { leaked, put, services, refs } = await aWorld();
    await put(VALUE, 'live');
    await services.registry.applyEnrolment([{ put: {}, remove: { secrets: refs }, entries: [] }]);
    const { judged, proposed } = await leaked({ secret: VALUE });
    expect(judged).toMatchObject([{ result: 'incident', ref: refs[0] }]);
    expect(proposed).toMatchObject([{ refs, command: 'rekey status' }]);
  });
});

test('[F.1] a call that nobody vouches for compares nothing', async () => {
  const { services } = await aWorld();
  await expect(
    importLeaks.invoke(services, { v: 1, found: [] }, { untilMs: Number.MAX_SAFE_INTEGER }),
  ).rejects.toMatchObject({ code: 'caller-unknown' });
});
