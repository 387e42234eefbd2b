import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeAuditArchive } from '../../contracts/audit-archive.ts';
import { describeAuditCursor } from '../../contracts/audit-cursor.ts';
import { createArchiveFolder, filesIn } from '../../support/archive-folder.ts';
import { FrozenClock } from '../../support/clock.ts';
import { createMemoryCursor } from '../../support/memory-cursor.ts';

const folder = mkdtempSync(join(tmpdir(), 'rekey-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeAuditArchive('in a folder', async () => ({
  archive: createArchiveFolder(folder),
  objects: async (under) => filesIn(folder, under),
}));

describeAuditCursor('in memory', async () => {
  const clock = new FrozenClock();
  const cursor = createMemoryCursor(clock);
  return {
    cursor,
    other: cursor,
    pass: (ms) => {
      clock.ms += ms;
    },
  };
});
