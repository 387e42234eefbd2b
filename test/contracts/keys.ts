import { describe, expect, test } from 'vitest';
import { FATES, UNSETTLED_FATES } from '../../shared/domain/version.ts';
import type { EpochKeys } from '../../shared/ports/keys.ts';
import type { Registry } from '../../shared/ports/registry.ts';
import type { SecretStore } from '../../shared/ports/store.ts';
import { enrol, issue } from './enrolled.ts';
import { uniqueName, uniqueVersionId } from './records.ts';

/** Keys, the store whose reads show what they do, and the registry whose versions name them. */
export interface KeysUnderTest {
  readonly keys: EpochKeys;
  readonly store: SecretStore;
  readonly registry: Registry;
}

/** What every home of the epoch keys keeps to. `create` is called once a test. */
export function describeKeys(name: string, create: () => Promise<KeysUnderTest>): void {
  describe(`keys ${name}`, () => {
    /** A key, and a value under it, of a secret that the registry does not have. */
    async function sealed(initial: 'open' | 'closed') {
      const under = await create();
      const className = uniqueName('payments');
      const key = await under.keys.ensure(className, 1, initial);
      const value = uniqueName('value');
      const version = {
        ref: `vault://contracts/${uniqueName('secret')}`,
        versionId: uniqueVersionId(),
      } as const;
      await under.store.putPending([{ ...version, epoch: 1, keyId: key.id, value }]);
      return { ...under, className, key, value, read: () => under.store.read([version], 'reader') };
    }

    const closed = { family: 'Denied', code: 'key-closed' };
    const destroyed = { family: 'Unrecoverable', code: 'key-destroyed' };

    test.each(['open', 'closed'] as const)('[1.1] a key that is made %s is so', async (state) => {
      const { keys } = await create();
      const className = uniqueName('payments');
      const key = await keys.ensure(className, 3, state);
      expect(key).toEqual({ id: key.id, className, epoch: 3, state });
      expect(await keys.list(className)).toEqual([key]);
    });

    test('[1.1] asked for again it is the same key, as it stands', async () => {
      const { keys, read, className, key, value } = await sealed('closed');
      expect(await keys.ensure(className, 1, 'open')).toEqual(key);
      await expect(read()).rejects.toMatchObject(closed);
      await keys.open(key.id);
      expect(await keys.ensure(className, 1, 'closed')).toEqual({ ...key, state: 'open' });
      expect(await read()).toEqual([value]);
      expect(await keys.list(className)).toHaveLength(1);
    });

    test('[5.4] a closed key that nobody switched off is not opened by letting it prove', async () => {
      const { keys, read, key } = await sealed('open');
      await keys.close(key.id);
      expect(await keys.letProve(key.id)).toBe(false);
      await expect(read()).rejects.toMatchObject(closed);
    });

    test('[1.1] two who make it at once have one key', async () => {
      const { keys } = await create();
      const className = uniqueName('payments');
      const [one, two] = await Promise.all([
        keys.ensure(className, 1, 'closed'),
        keys.ensure(className, 1, 'open'),
      ]);
      expect(two).toEqual(one);
      expect(await keys.list(className)).toEqual([one]);
    });

    test('[1.1] each class and each epoch has its own key, listed by epoch', async () => {
      const { keys } = await create();
      const [className, other] = [uniqueName('payments'), uniqueName('payments')];
      const made = [];
      for (const epoch of [10, 2, 1]) made.push(await keys.ensure(className, epoch, 'open'));
      const elsewhere = await keys.ensure(other, 1, 'open');
      expect(await keys.list(className)).toEqual([...made].reverse());
      expect(new Set([...made, elsewhere].map(({ id }) => id)).size).toBe(4);
      expect(await keys.list(uniqueName('none'))).toEqual([]);
    });

    test('[5.4] spares are kept any number of times, and are no class’s', async () => {
      const { keys } = await create();
      const className = uniqueName('payments');
      const key = await keys.ensure(className, 1, 'open');
      await keys.keepSpares();
      await keys.keepSpares();
      expect(await keys.list(className)).toEqual([key]);
      const next = await keys.ensure(className, 2, 'closed');
      expect(next).toMatchObject({ className, epoch: 2, state: 'closed' });
      expect(next.id).not.toBe(key.id);
    });

    test('[5.4] a key that is made closed refuses readers from its first instant, until it is opened', async () => {
      const { keys, key, read, value } = await sealed('closed');
      await expect(read()).rejects.toMatchObject(closed);
      await keys.open(key.id);
      expect(await read()).toEqual([value]);
    });

    test('[7.2] closing is done and undone, any number of times', async () => {
      const { keys, className, key, read, value } = await sealed('open');
      for (const round of [1, 2]) {
        await keys.close(key.id);
        await keys.close(key.id);
        await expect(read(), `round ${round}`).rejects.toMatchObject(closed);
        expect((await keys.list(className))[0]?.state).toBe('closed');
        await keys.open(key.id);
        await keys.open(key.id);
        expect(await read(), `round ${round}`).toEqual([value]);
        expect((await keys.list(className))[0]?.state).toBe('open');
      }
    });

    test('an unknown key is neither closed, opened nor destroyed', async () => {
      const { keys } = await create();
      const unknown = { family: 'NotFound', code: 'key-unknown' };
      const id = `${uniqueName('none')}#1`;
      await expect(keys.close(id)).rejects.toMatchObject(unknown);
      await expect(keys.open(id)).rejects.toMatchObject(unknown);
      await expect(keys.destroy('payments', id)).rejects.toMatchObject(unknown);
    });

    test.each(UNSETTLED_FATES)('[5.4] a key that a %s version names is not destroyed', async (fate) => {
      const { keys, registry, className, key, read, value } = await sealed('open');
      const { refs } = await enrol(registry);
      for (const ref of refs) {
        await issue(registry, ref, 'revoked-proven', { keyId: key.id });
        await issue(registry, ref, fate, { keyId: key.id });
      }
      await expect(keys.destroy(key.className, key.id)).rejects.toMatchObject({
        family: 'Conflict',
        code: 'key-still-named',
      });
      expect(await keys.list(className)).toEqual([key]);
      expect(await read()).toEqual([value]);
    });

    test('[5.4] a key that only settled versions name is destroyed for everyone, for ever', async () => {
      const { keys, registry, className, key, read } = await sealed('closed');
      const { refs } = await enrol(registry);
      const other = await keys.ensure(className, 2, 'open');
      const settled = FATES.filter((fate) => !UNSETTLED_FATES.some((unsettled) => unsettled === fate));
      for (const ref of refs) {
        for (const fate of settled) await issue(registry, ref, fate, { keyId: key.id });
        await issue(registry, ref, 'live', { keyId: other.id });
      }
      const { irrevocableAtMs, pending } = await keys.destroy(key.className, key.id);
      // Either it is known when it is past bringing back, or what a person has to do until then.
      expect(irrevocableAtMs === null ? pending : irrevocableAtMs).toBeTruthy();
      await expect(read()).rejects.toMatchObject(destroyed);
      expect(await keys.list(className)).toEqual([{ ...key, state: 'destroyed' }, other]);
    });

    test('[5.4] a destroyed key stays destroyed: again is no error, and it is not opened, closed or made anew', async () => {
      const { keys, className, key, read } = await sealed('open');
      await keys.destroy(key.className, key.id);
      await keys.destroy(key.className, key.id);
      await expect(keys.open(key.id)).rejects.toMatchObject(destroyed);
      await expect(keys.close(key.id)).rejects.toMatchObject(destroyed);
      const gone = { ...key, state: 'destroyed' };
      expect(await keys.ensure(className, 1, 'open')).toEqual(gone);
      expect(await keys.list(className)).toEqual([gone]);
      await expect(read()).rejects.toMatchObject(destroyed);
    });
  });
}
