import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import { type ChainedLine, chainLine, GENESIS } from '../../shared/domain/audit/line.ts';
import type { SignedCheckpoint } from '../../shared/domain/audit/signed.ts';
import type { AuditArchive } from '../../shared/ports/audit-archive.ts';
import { anEntry, uniqueName } from './records.ts';

export interface AuditArchiveUnderTest {
  readonly archive: AuditArchive;
  /** Every object under this, name and text, in the order of a listing. */
  readonly objects: (under: string) => Promise<readonly (readonly [name: string, text: string])[]>;
}

function chained(chain: string, entries: readonly AuditEntry[]): ChainedLine[] {
  let previous = GENESIS;
  return entries.map((entry, index) => {
    const line = chainLine(entry, { chain, seq: index + 1, previous });
    previous = line.hash;
    return line;
  });
}

/** What every archive keeps to. It may hold other chains. `create` is called once a test. */
export function describeAuditArchive(name: string, create: () => Promise<AuditArchiveUnderTest>): void {
  describe(`audit archive ${name}`, () => {
    async function aChain(count: number) {
      const chain = uniqueName('chain');
      const entries = Array.from({ length: count }, () => anEntry());
      return { ...(await create()), chain, entries, lines: chained(chain, entries) };
    }
    const checkpointOf = (chain: string, signature: string, hash = 'a'.repeat(64)): SignedCheckpoint => ({
      v: 1,
      kind: 'rekey-audit-checkpoint',
      chain,
      seq: 5,
      hash,
      atMs: 1,
      keyId: 'key',
      signature,
    });

    test('[6.3] blocks hold an export’s lines byte for byte, and are listed in the chain’s order', async () => {
      const { archive, objects, chain, lines } = await aChain(5);
      expect(await archive.writeBlock({ chain, from: 3, lines: lines.slice(2) })).toBe(5);
      expect(await archive.writeBlock({ chain, from: 1, lines: lines.slice(0, 2) })).toBe(2);
      const [first, second, ...rest] = await objects(`audit/${chain}/`);
      expect([first?.[0], second?.[0], rest]).toEqual([
        `audit/${chain}/000000000001.jsonl`,
        `audit/${chain}/000000000003.jsonl`,
        [],
      ]);
      expect(`${first?.[1]}${second?.[1]}`).toBe(lines.map(exportLine).join(''));
    });

    test('[6.3] the same again is a no-op, and so are more lines: the block that stands there tells how far it goes', async () => {
      const { archive, objects, chain, lines } = await aChain(5);
      const some = { chain, from: 1, lines: lines.slice(0, 3) };
      expect(await archive.writeBlock(some)).toBe(3);
      const before = await objects(`audit/${chain}/`);
      expect(await archive.writeBlock(some)).toBe(3);
      expect(await archive.writeBlock({ chain, from: 1, lines })).toBe(3);
      expect(await objects(`audit/${chain}/`)).toEqual(before);
    });

    test('[6.3] other lines, and fewer than stand there, are refused', async () => {
      const { archive, objects, chain, entries, lines } = await aChain(3);
      await archive.writeBlock({ chain, from: 1, lines });
      const before = await objects(`audit/${chain}/`);
      await expect(archive.writeBlock({ chain, from: 1, lines: lines.slice(0, 2) })).rejects.toMatchObject({
        family: 'Conflict',
        code: 'archive-ahead',
      });
      const others = chained(chain, [...entries.slice(0, 2), anEntry(), anEntry()]);
      await expect(archive.writeBlock({ chain, from: 1, lines: others })).rejects.toMatchObject({
        family: 'Conflict',
        code: 'archive-differs',
      });
      expect(await objects(`audit/${chain}/`)).toEqual(before);
    });

    test('[6.3] of two writers at once one block comes of it, and both are told the same', async () => {
      const { archive, objects, chain, lines } = await aChain(4);
      const told = await Promise.all([1, 2].map(() => archive.writeBlock({ chain, from: 1, lines })));
      expect(told).toEqual([4, 4]);
      expect(await objects(`audit/${chain}/`)).toHaveLength(1);
    });

    test('[6.3] a place is vouched for once; another hash there is refused', async () => {
      const { archive, objects, chain } = await aChain(0);
      await archive.writeCheckpoint(checkpointOf(chain, 'one'));
      await archive.writeCheckpoint(checkpointOf(chain, 'another'));
      await expect(archive.writeCheckpoint(checkpointOf(chain, 'one', 'b'.repeat(64)))).rejects.toMatchObject(
        { code: 'archive-differs' },
      );
      const [checkpoint, ...rest] = await objects(`audit/${chain}/`);
      expect([checkpoint?.[0], rest]).toEqual([`audit/${chain}/checkpoints/000000000005.json`, []]);
      expect(JSON.parse(checkpoint?.[1] ?? '')).toEqual(checkpointOf(chain, 'one'));
    });
  });
}
