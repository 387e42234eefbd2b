import { describe, expect, test } from 'vitest';
import { aRequest } from '../../support/requests.ts';
import { AT_MS, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeRequests(create: CreateRegistry): void {
  describe('requests', () => {
    async function opened() {
      const { registry, audit } = await create();
      const className = uniqueName('payments');
      const request = aRequest({ id: uniqueName('req'), scope: { className } });
      await registry.openRequest(request, [anEntry({ action: 'request', operation: request.id })]);
      return { registry, audit, className, request };
    }

    test('[5.4] a request comes back as it was made, with the people of that moment', async () => {
      const { registry, audit, request } = await opened();
      expect(await registry.request(request.id)).toEqual(request);
      expect(await audit.find({ operation: request.id })).toHaveLength(1);
    });

    test('[5.4] the same request again is a no-op, however far it has come', async () => {
      const { registry, audit, request } = await opened();
      const saved = await registry.saveRequest({ ...request, state: 'declined' }, []);
      await registry.openRequest(request, [anEntry({ operation: request.id })]);
      expect(await registry.request(request.id)).toEqual(saved);
      expect(await audit.find({ operation: request.id })).toHaveLength(1);
    });

    test('[5.4] a save is the next revision, with its entries', async () => {
      const { registry, audit, request } = await opened();
      const changed = { ...request, state: 'approved', taskToken: 'token' } as const;
      const saved = await registry.saveRequest(changed, [anEntry({ operation: request.id })]);
      expect(saved).toEqual({ ...changed, revision: request.revision + 1 });
      expect(await registry.request(request.id)).toEqual(saved);
      expect(await audit.find({ operation: request.id })).toHaveLength(2);
    });

    test('[5.4] of two who decide at once one does; the other changes nothing and tells nothing', async () => {
      const { registry, audit, request } = await opened();
      const states = ['approved', 'declined', 'cancelled', 'expired'] as const;
      const answers = await Promise.allSettled(
        states.map((state) =>
          registry.saveRequest({ ...request, state }, [anEntry({ operation: request.id, reason: state })]),
        ),
      );
      const saved = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      expect(saved).toHaveLength(1);
      expect(await registry.request(request.id)).toEqual(saved[0]);
      const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      expect(reasons).toEqual(
        Array.from({ length: 3 }, () =>
          expect.objectContaining({ family: 'Conflict', code: 'request-changed' }),
        ),
      );
      const told = await audit.find({ operation: request.id });
      expect(told.map(({ reason }) => reason)).toEqual([undefined, saved[0]?.state]);
    });

    test('[5.4] a request that was never made is not saved', async () => {
      const { registry } = await create();
      const request = aRequest({ id: uniqueName('req') });
      await expect(registry.saveRequest(request, [])).rejects.toMatchObject({ code: 'request-changed' });
      expect(await registry.request(request.id)).toBeNull();
    });

    test('requests are listed oldest first', async () => {
      const { registry } = await create();
      const className = uniqueName('payments');
      for (const minutes of [3, 1, 2]) {
        const requestedAtMs = AT_MS + minutes * 60_000;
        await registry.openRequest(
          aRequest({ id: uniqueName('req'), scope: { className }, requestedAtMs }),
          [],
        );
      }
      const own = (await registry.requests()).filter(({ scope }) => scope.className === className);
      expect(own.map(({ requestedAtMs }) => (requestedAtMs - AT_MS) / 60_000)).toEqual([1, 2, 3]);
    });
  });
}
