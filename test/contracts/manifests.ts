import { describe, expect, test } from 'vitest';
import type { Batch, Manifests } from '../../shared/ports/manifests.ts';
import { uniqueName } from './records.ts';

/** What every home of manifests keeps to. */
export function describeManifests(name: string, create: () => Promise<Manifests>): void {
  describe(`manifests ${name}`, () => {
    const batches = (count: number, secrets: number): Batch[] =>
      Array.from({ length: count }, (_, batch) => ({
        targetId: `db-${batch}`,
        secretRefs: Array.from({ length: secrets }, (_, index) => `vault://contracts/${batch}/${index}`),
      }));

    test.each([
      ['nothing due', []],
      ['one batch', batches(1, 1)],
      ['a class of 10,000 secrets, far more than a workflow’s state takes', batches(250, 40)],
    ])('[5.4] a manifest of %s is read where its writer said', async (_name, content) => {
      const manifests = await create();
      const { bucket, key } = await manifests.write(`${uniqueName('inc')}/1-0`, content);
      expect(await manifests.read(bucket, key)).toEqual(content);
    });

    test('[5.4] written again it is the same manifest; other content takes its place', async () => {
      const manifests = await create();
      const name = `${uniqueName('inc')}/1-0`;
      const place = await manifests.write(name, batches(2, 2));
      expect(await manifests.write(name, batches(2, 2))).toEqual(place);
      expect(await manifests.read(place.bucket, place.key)).toEqual(batches(2, 2));
      await manifests.write(name, batches(1, 1));
      expect(await manifests.read(place.bucket, place.key)).toEqual(batches(1, 1));
    });

    test('each key has its own, and one that was never written is missing', async () => {
      const manifests = await create();
      const incident = uniqueName('inc');
      const first = await manifests.write(`${incident}/1-0`, batches(1, 1));
      const second = await manifests.write(`${incident}/1-1`, batches(2, 1));
      expect(await manifests.read(first.bucket, first.key)).toEqual(batches(1, 1));
      expect(await manifests.read(second.bucket, second.key)).toEqual(batches(2, 1));
      await expect(manifests.read(first.bucket, `${incident}/1-2`)).rejects.toMatchObject({
        family: 'NotFound',
        code: 'manifest-missing',
      });
    });
  });
}
