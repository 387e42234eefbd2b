import { expect, test } from 'vitest';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { AT_MS, anEntry } from '../contracts/records.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { aFinding } from '../support/report-data.ts';
import { aState } from '../support/state.ts';

/** A state whose audit tells of a few reads, one of them by somebody who would like to be another. */
async function asked(...more: AuditEntry[]) {
  const { home, services } = aState();
  const read = (place: number, about: Partial<AuditEntry>) =>
    anEntry({ action: 'read', atMs: AT_MS + place, className: 'payments', ...about });
  await services.registry.append([
    read(1, { ref: 'vault://prod/payments/a', actor: { user: 'ada' } }),
    read(2, { ref: 'vault://prod/payments/b', outcome: 'denied', reason: 'fenced', source: '10.0.4.7' }),
    read(3, { ref: 'vault://prod/search/a', className: 'search', actor: { user: 'x', agent: 'biller' } }),
    ...more,
  ]);
  await services.audit.chainPending();
  const folder = aFolder();
  return {
    search: (...words: string[]) => rekey(['audit', 'search', ...words], { folder, home }),
    tail: (...words: string[]) => rekey(['audit', 'tail', ...words], { folder, home }),
  };
}

test('[6.2] the audit answers who read what, from where and how it ended', async () => {
  const { search } = await asked();
  const refs = async (...words: string[]) =>
    (await search(...words, '--json')).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as AuditEntry).ref);
  const [a, b, other] = ['vault://prod/payments/a', 'vault://prod/payments/b', 'vault://prod/search/a'];
  expect(await refs()).toEqual([a, b, other]);
  expect(await refs('--ref', 'vault://prod/payments/')).toEqual([a, b]);
  expect(await refs('--ref', 'vault://prod/payments')).toEqual([]);
  expect(await refs('--class', 'search')).toEqual([other]);
  expect(await refs('--principal', 'biller')).toEqual([other]);
  expect(await refs('--action', 'read', 'revoke', '--outcome', 'denied')).toEqual([b]);
  expect(await refs('--address', '10.0.')).toEqual([b]);
  expect(await refs('--reason', 'Fence', '--since', '2026-11-24T03:00:00Z')).toEqual([b]);
  expect(await refs('--until', '2026-11-24T03:00:00.002Z')).toEqual([a]);
  expect(await refs('-n', '1')).toEqual([other]);
});

test('[6.2] of more than were asked for the newest are shown, and that there are more is said', async () => {
  const { search } = await asked();
  const some = await search('-n', '2');
  expect(some.stdout.split('\n')).toHaveLength(3);
  expect(some.stderr).toMatch(/the newest 2: --until goes further back/);
  expect((await search('--class', 'none')).stderr).toBe('no entry answers\n');
});

test('[7.1] a finding is shown with its rule and its words', async () => {
  const finding = aFinding({ rule: 'decoy', seen: 'eve touched a decoy' });
  const { search } = await asked(anEntry({ action: 'finding', actor: { user: 'eve' }, finding }));
  const { stdout } = await search('--rule', 'decoy', 'off-hours');
  expect(stdout).toMatch(/finding success eve: decoy: eve touched a decoy\n$/);
  expect(stdout.split('\n')).toHaveLength(2);
});

test('every mistake of a question is named at once, and nothing is read', async () => {
  const { search } = await asked();
  const ended = await search(
    '--action',
    'raed',
    '--outcome',
    'refused',
    '--rule',
    'decoys',
    '--since',
    'yesterday',
  );
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/--action raed is none; did you mean read\?/);
  expect(ended.stderr).toMatch(/--outcome refused is none/);
  expect(ended.stderr).toMatch(/--rule decoys is none; did you mean decoy\?/);
  expect(ended.stderr).toMatch(/--since yesterday is neither/);
  expect((await search('-n', 'many')).code).toBe(2);
});

test('[6.2] whoever puts a line, a colour or turned writing into his name is shown as he is', async () => {
  const name = 'bob\n9 2026-11-24T03:00:00.000Z read success ada\u001b[2J\u009b31m\u202ecod.exe';
  const { search, tail } = await asked(
    anEntry({
      action: 'read',
      actor: { user: name },
      ref: `vault://${name}`,
      reason: `no ${name}`,
      atMs: AT_MS,
    }),
  );
  for (const ended of [await search('--principal', name), await tail('-n', '1')]) {
    expect(ended.code).toBe(0);
    expect(ended.stdout.split('\n')).toHaveLength(2);
    expect(ended.stdout).not.toMatch(/[^\P{C}\n]/u);
    expect(ended.stdout).toContain('bob\\u000a9');
  }
  const { stdout } = await search('--principal', name, '--json');
  expect(stdout).not.toMatch(/[^\P{C}\n]/u);
  expect((JSON.parse(stdout) as AuditEntry).actor.user).toBe(name);
});
