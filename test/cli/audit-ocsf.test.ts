import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ocsfEvent } from '../../shared/domain/ocsf/event.ts';
import { anEntry } from '../contracts/records.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { aState } from '../support/state.ts';

test('[6.4] the whole chain goes to a SIEM as OCSF, one event a line in the chain’s order, without a trailer', async () => {
  const { home, services } = aState();
  await services.registry.append(Array.from({ length: 1_203 }, () => anEntry({ action: 'read' })));
  const folder = aFolder();
  const ended = await rekey(['audit', 'export', '--format', 'ocsf', '--out', 'siem.jsonl', '--json'], {
    folder,
    home,
  });
  expect(ended.stderr).toBe('1203 events of OCSF 1.8.0\n');
  expect(JSON.parse(ended.stdout)).toEqual({ events: 1_203, chain: 'local', ocsf: '1.8.0' });
  const text = readFileSync(join(folder, 'siem.jsonl'), 'utf8');
  const events = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ReturnType<typeof ocsfEvent>);
  expect(events.map(({ metadata }) => metadata.sequence)).toEqual(events.map((_, place) => place + 1));
  expect(events).toHaveLength(1_203);
  expect(statSync(join(folder, 'siem.jsonl')).mode & 0o077).toBe(0);
  const piped = await rekey(['audit', 'export', '--format', 'ocsf'], { folder, home });
  expect(piped.stdout).toBe(text);
});

test('an export as OCSF signs nothing, and says so before it writes', async () => {
  const { home } = aState();
  const words = ['audit', 'export', '--format', 'ocsf', '--checkpoint', 'c.json'];
  const ended = await rekey(words, { folder: aFolder(), home });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('no trailer');
});
