import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { blockName, checkpointName } from '../../shared/domain/audit/archive-names.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import type { SignedCheckpoint } from '../../shared/domain/audit/signed.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { AuditArchive } from '../../shared/ports/audit-archive.ts';

/** An archive as a copy of it lies in a folder: what `aws s3 sync` makes of one. */
export function createArchiveFolder(folder: string): AuditArchive {
  function written(name: string, text: string): string {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return readFileSync(file, 'utf8');
    }
  }
  const refused = (code: string, name: string) =>
    new RekeyError({ code, family: 'Conflict', message: `${name} is there already` });
  return {
    async writeBlock({ chain, from, lines }) {
      const name = blockName(chain, from);
      const text = lines.map(exportLine).join('');
      const standing = written(name, text);
      if (standing.startsWith(text) && standing !== text) throw refused('archive-ahead', name);
      if (!text.startsWith(standing)) throw refused('archive-differs', name);
      return from - 1 + standing.split('\n').length - 1;
    },
    async writeCheckpoint(checkpoint) {
      const name = checkpointName(checkpoint.chain, checkpoint.seq);
      const standing = JSON.parse(written(name, `${canonicalJson(checkpoint)}\n`)) as SignedCheckpoint;
      if (standing.hash !== checkpoint.hash) throw refused('archive-differs', name);
    },
  };
}

/** Names and texts of every file in it, in the order of a listing. */
export function filesIn(folder: string, under = ''): [name: string, text: string][] {
  return readdirSync(join(folder, under), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}
