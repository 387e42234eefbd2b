import { expect, test } from 'vitest';
import { template } from '../../../shared/rotators/template/rotator.ts';
import { seededRandom } from '../../support/clock.ts';

test('the template has every verb, and each says that it is not written', async () => {
  const session = await template.open({
    target: {
      v: 1,
      id: 't',
      kind: 'template',
      connection: {},
      network: 'local',
      admins: [],
      maxConnections: 2,
    },
    admin: { user: 'a', password: 'b' },
    writer: 'rekey/x/1',
    signal: AbortSignal.timeout(1_000),
  });
  for (const [name, verb] of Object.entries(session) as [string, () => Promise<unknown>][]) {
    const answer = await verb().then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    expect([name, answer]).toEqual([name, name === 'close' ? 'done' : 'not-written']);
  }
  const issue = () => template.issue?.(seededRandom(1), { account: { name: 'app' } });
  expect(issue()).toBe(issue());
});
