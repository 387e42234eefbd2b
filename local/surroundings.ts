import { statSync } from 'node:fs';
import type { HealthCheck } from '../shared/domain/health-check.ts';
import { engineRuns } from './engine/launch.ts';
import { pathsIn } from './home.ts';
import { lateReadsIn } from './late-reads.ts';

/** What one machine has to look after: its key files, and whether an engine runs. */
export function surroundingsOf(home: string): HealthCheck[] {
  const { rootKey, auditKey } = pathsIn(home);
  const keys = [rootKey, auditKey].flatMap((file): HealthCheck[] => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const detail = `mode ${(found.mode & 0o777).toString(8)}`;
    if ((found.mode & 0o077) === 0) return [{ what: file, ok: true, detail }];
    return [{ what: file, ok: false, detail: `${detail}: others can read it`, next: `chmod 600 ${file}` }];
  });
  return [
    ...keys,
    {
      what: 'engine',
      ok: true,
      detail: engineRuns(home) ? 'running' : 'not running; commands start it',
    },
  ];
}

/** Nothing where none does. Looked at after a command has opened the state, which takes in what it can. */
export function readsThatWait(home: string): HealthCheck[] {
  const waiting = lateReadsIn(pathsIn(home).lateReads);
  if (waiting === 0) return [];
  return [
    {
      what: 'reads',
      ok: false,
      detail: `${waiting} wait to be taken into the audit`,
      next: 'any command takes them in, or says why it cannot',
    },
  ];
}
