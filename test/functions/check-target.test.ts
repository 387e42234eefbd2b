import { expect, test } from 'vitest';
import { aPostgresWorld } from '../support/postgres-world.ts';
import { withRedisTarget } from '../support/redis-target.ts';

const saving = withRedisTarget();
const forgetful = withRedisTarget({ usersIn: 'memory' });

async function found(redis: typeof saving) {
  const { services } = await aPostgresWorld({
    targets: { cache: { kind: 'redis', server: redis.server() } },
    secrets: [],
  });
  return services.workers.checkTarget({ targetId: 'cache' });
}

test('a target that lets Rekey in and can be proven at is in order', async () => {
  expect(await found(saving)).toEqual({
    what: 'target cache',
    ok: true,
    detail: 'its admin credential logs in',
  });
});

test('[5.4] what would keep every proof from being given there is found before an incident', async () => {
  expect(await found(forgetful)).toEqual({
    what: 'target cache',
    ok: false,
    detail: expect.stringMatching(/^its admin credential logs in, but it keeps its users in memory only/),
    next: 'mend it as docs/kinds/redis.md says, then: rekey doctor',
  });
});
