import { expect, test } from 'vitest';
import { putValues } from '../../../shared/driver/put-values.ts';
import { enrol } from '../../contracts/enrolled.ts';
import { aState } from '../../support/state.ts';

test('[7.4] a put that died half-way leaves its value to nobody: the next one’s own is served', async () => {
  const { services } = aState();
  const { registry, store } = services;
  const { refs } = await enrol(registry);
  const [ref] = refs;
  if (ref === undefined) throw new Error('no secret');
  const dying = {
    ...services,
    store: {
      ...store,
      putPending: async (requests: Parameters<typeof store.putPending>[0]) => {
        await store.putPending(requests);
        throw new Error('killed');
      },
    },
  };
  const by = { user: 'ada', source: 'test', replace: false };
  await expect(putValues(dying, [{ ref, value: 'mistyped' }], by)).rejects.toThrow('killed');
  const put = await putValues(services, [{ ref, value: 'right' }], by);
  expect(await store.read(put, 'reader')).toEqual(['right']);
});

test('what is not enrolled is refused with its nearest name, and nothing is stored', async () => {
  const { services } = aState();
  const { registry } = services;
  const { className, refs } = await enrol(registry, { secrets: 2 });
  const wrong = `vault://contracts/${className}/s0000`;
  await expect(
    putValues(
      services,
      [...refs, wrong].map((ref) => ({ ref, value: 'v' })),
      { user: 'ada', source: 'test', replace: false },
    ),
  ).rejects.toMatchObject({
    code: 'values-refused',
    message: `${wrong} is not enrolled (did you mean ${refs[0]}?)`,
  });
  expect(await registry.versions({ refs })).toEqual([]);
});
