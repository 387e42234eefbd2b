import { describe, expect, test } from 'vitest';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import { aStep, enrol, hold, issue, pictureOf, secretNamed } from '../enrolled.ts';
import { AT_MS, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

const LEASE_MS = 15_000;
/** When more than half of a lease taken at `AT_MS` is over. */
const LATER = { nowMs: AT_MS + 8_000, leaseMs: LEASE_MS };

export function describeClaims(create: CreateRegistry): void {
  describe('claims', () => {
    const request = (about: object = {}) => ({
      operation: 'inc-1',
      epoch: 2,
      holder: 'worker',
      nowMs: AT_MS,
      leaseMs: LEASE_MS,
      ...about,
    });

    async function one() {
      const { registry } = await create();
      const enrolled = await enrol(registry);
      const [ref] = enrolled.refs;
      if (ref === undefined) throw new Error('no secret');
      return { registry, enrolled, ref };
    }

    test('[5.4] a claim raises the token and says who holds the secret until when', async () => {
      const { registry, ref } = await one();
      const before = await secretNamed(registry, ref);
      const claim = { operation: 'inc-1', holder: 'worker', token: 1, expiresAtMs: AT_MS + LEASE_MS };
      const claimed = { ...before, fencing: 1, claim };
      expect(await registry.claim([ref], request())).toEqual([
        { outcome: 'claimed', secret: claimed, versions: [] },
      ]);
      expect(await secretNamed(registry, ref)).toEqual(claimed);
    });

    test('answers come in the order asked, for many, for unknown ones, and for none', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 120 });
      const none: SecretRef = 'vault://contracts/none';
      const answers = await registry.claim([none, ...[...refs].reverse()], request());
      expect(answers[0]).toEqual({ outcome: 'unknown', ref: none });
      const claimed = answers.flatMap((answer) => (answer.outcome === 'claimed' ? answer.secret.ref : []));
      expect(claimed).toEqual([...refs].reverse());
      expect(await registry.claim([], request())).toEqual([]);
    });

    test('[5.4] with a claim come the versions that may still open something, oldest first', async () => {
      const { registry, ref } = await one();
      await issue(registry, ref, 'revoked-proven');
      await issue(registry, ref, 'failed');
      const open = [];
      for (const fate of ['revoked-unproven', 'cut', 'grace', 'live', 'pending'] as const) {
        open.push(await issue(registry, ref, fate));
      }
      expect(await registry.claim([ref], request())).toMatchObject([{ versions: open }]);
    });

    test.each([
      ['another operation’s', 'rot-1', AT_MS],
      ['an expired', 'rot-1', AT_MS - LEASE_MS - 1],
      ['its own operation’s', 'inc-1', AT_MS],
    ])('[5.4] %s claim is taken over, and named', async (_name, operation, nowMs) => {
      const { registry, ref } = await one();
      await registry.claim([ref], request({ operation, nowMs, holder: 'older' }));
      const { claim: older } = await secretNamed(registry, ref);
      const [answer] = await registry.claim([ref], request());
      expect(answer).toMatchObject({ outcome: 'claimed', preempted: older, secret: { fencing: 2 } });
    });

    test('[5.2] who yields leaves alone what somebody holds, and takes what his lease has run out on', async () => {
      const { registry, ref } = await one();
      await registry.claim([ref], request({ operation: 'rot-1', epoch: 1 }));
      const before = await secretNamed(registry, ref);
      const yielding = { operation: 'rot-2', epoch: 1, yields: true };
      expect(await registry.claim([ref], request(yielding))).toEqual([{ outcome: 'held', ref, by: 'rot-1' }]);
      expect(await secretNamed(registry, ref)).toEqual(before);
      const later = request({ ...yielding, nowMs: AT_MS + LEASE_MS + 1 });
      expect(await registry.claim([ref], later)).toMatchObject([
        { outcome: 'claimed', preempted: before.claim, secret: { fencing: 2 } },
      ]);
    });

    test('[5.4] what was given back is not taken over', async () => {
      const { registry, ref } = await one();
      const { fencing } = await hold(registry, ref, 'rot-1');
      await registry.release([{ ref, token: fencing }]);
      const [answer] = await registry.claim([ref], request());
      expect(answer).toMatchObject({ outcome: 'claimed', secret: { fencing: 2 } });
      expect(answer).not.toHaveProperty('preempted');
    });

    test('[5.4] a secret that a newer break-glass rotates, or has re-issued, is left to it', async () => {
      const { registry } = await create();
      const enrolled = await enrol(registry, { secrets: 3 });
      const [moved, rotating, free] = enrolled.refs;
      if (moved === undefined || rotating === undefined || free === undefined) throw new Error('no secrets');
      const held = await Promise.all([moved, rotating].map((ref) => hold(registry, ref, 'inc-newer')));
      const rotation = {
        operation: 'inc-newer',
        mode: 'emergency',
        overlap: false,
        minted: false,
        epoch: 3,
        stage: 'claimed',
        versionId: uniqueName('version'),
        startedAtMs: AT_MS,
        attempts: 0,
        dueAtMs: AT_MS,
      } as const;
      await registry.record(
        held.map((secret) =>
          aStep(secret, {
            secret: secret.ref === moved ? { ...secret, epoch: 3 } : { ...secret, rotation },
          }),
        ),
      );
      const before = await pictureOf(registry, { ...enrolled, refs: [moved, rotating] });
      expect(await registry.claim(enrolled.refs, request())).toMatchObject([
        { outcome: 'superseded', ref: moved },
        { outcome: 'superseded', ref: rotating, by: 'inc-newer' },
        { outcome: 'claimed', secret: { ref: free } },
      ]);
      expect(await pictureOf(registry, { ...enrolled, refs: [moved, rotating] })).toEqual(before);
      expect(await registry.claim([moved, rotating], request({ epoch: 3 }))).toMatchObject([
        { outcome: 'claimed' },
        { outcome: 'claimed' },
      ]);
    });

    test('[5.4] of two claims at once each has its own token, and the later one the secret', async () => {
      const { registry, ref } = await one();
      const answers = await Promise.all(
        ['first', 'second'].map((holder) => registry.claim([ref], request({ holder }))),
      );
      const tokens = answers.flat().flatMap((answer) => (answer.outcome === 'claimed' ? answer.secret : []));
      expect(new Set(tokens.map(({ fencing }) => fencing))).toEqual(new Set([1, 2]));
      const last = tokens.find(({ fencing }) => fencing === 2);
      expect(await secretNamed(registry, ref)).toEqual(last);
    });

    test('[5.4] renewed is what is still held; what was taken over, given back or removed is named and left alone', async () => {
      const { registry } = await create();
      const enrolled = await enrol(registry, { secrets: 4 });
      const [held, taken, given, removed] = enrolled.refs;
      if (held === undefined || taken === undefined || given === undefined || removed === undefined)
        throw new Error('no secrets');
      await registry.claim(enrolled.refs, request());
      await hold(registry, taken, 'inc-newer');
      await registry.release([{ ref: given, token: 1 }]);
      await registry.applyEnrolment([{ put: {}, remove: { secrets: [removed] }, entries: [] }]);
      const others = { ...enrolled, refs: [taken, given, removed] };
      const before = await pictureOf(registry, others);
      const claims = enrolled.refs.map((ref) => ({ ref, token: 1 }));
      const stale = await registry.renew(claims, LATER);
      expect([...stale].sort()).toEqual([taken, given, removed].sort());
      expect((await secretNamed(registry, held)).claim).toMatchObject({
        token: 1,
        expiresAtMs: LATER.nowMs + LEASE_MS,
      });
      expect(await pictureOf(registry, others)).toEqual(before);
      expect(await registry.renew([], LATER)).toEqual([]);
    });

    test('[5.4] a claim that has more than half of its lease left is not written again', async () => {
      const { registry, enrolled, ref } = await one();
      await registry.claim([ref], request());
      const before = await pictureOf(registry, enrolled);
      expect(await registry.renew([{ ref, token: 1 }], { nowMs: AT_MS + 7_000, leaseMs: LEASE_MS })).toEqual(
        [],
      );
      expect(await pictureOf(registry, enrolled)).toEqual(before);
    });

    test('[5.4] a claim is given back by its own token alone, and the token is not used again', async () => {
      const { registry, enrolled, ref } = await one();
      await registry.claim([ref], request({ holder: 'older' }));
      await registry.claim([ref], request({ holder: 'newer' }));
      const before = await pictureOf(registry, enrolled);
      await registry.release([{ ref, token: 1 }]);
      expect(await pictureOf(registry, enrolled)).toEqual(before);
      await registry.release([
        { ref, token: 2 },
        { ref: 'vault://contracts/none', token: 1 },
      ]);
      await registry.release([{ ref, token: 2 }]);
      await registry.release([]);
      const free = await secretNamed(registry, ref);
      expect(free).not.toHaveProperty('claim');
      expect(free.fencing).toBe(2);
    });

    test('a hundred claims and more are renewed and given back together', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 120 });
      await registry.claim(refs, request());
      const claims = refs.map((ref) => ({ ref, token: 1 }));
      expect(await registry.renew(claims, LATER)).toEqual([]);
      const expiries = (await registry.secrets(refs)).map(({ claim }) => claim?.expiresAtMs);
      expect(new Set(expiries)).toEqual(new Set([LATER.nowMs + LEASE_MS]));
      await registry.release(claims);
      expect((await registry.secrets(refs)).filter(({ claim }) => claim !== undefined)).toEqual([]);
    });
  });
}
