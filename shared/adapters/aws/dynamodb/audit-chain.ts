import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { AuditChain, ChainHead } from '../../../ports/audit.ts';
import { type Block, blockWrite, chainBlock, readBlock } from './audit-block.ts';
import { indexBlock, latestOf, unchainedOf } from './audit-index.ts';
import { blockKey, headKey } from './audit-keys.ts';
import { type ChainPlace, readHead, readsOf } from './audit-view.ts';
import { entriesBytes, type PendingCommit, pendingCommits } from './outbox.ts';
import { insist, NotYet, type Timing } from './patience.ts';
import { createTable } from './table.ts';
import { numberValue, type Write } from './write.ts';

/** JSON of one block's entries; an item holds 400 KB, and compression is not counted upon. */
const BLOCK_BYTES = 300_000;
/** Deletions under way at once. */
const AT_ONCE = 16;

/**
 * The chain's writer. What is pending it reads from the outbox itself: the stream only wakes it, so that a record that was
 * lost, came twice or out of order changes nothing. Any number may write at once: a block is appended only to the head that it
 * was chained from. An entry leaves the outbox after it was chained, and by no other way.
 */
export function createDynamoAuditChain(
  client: DynamoDBClient,
  place: ChainPlace,
  timing: Timing,
): AuditChain {
  const { chain } = place;
  const audit = createTable(client, place.auditTable, timing);
  const registry = createTable(client, place.registryTable, timing);
  /** The last block that this process knows to be indexed, and so every one before it. */
  let indexed = 0;

  /** A writer may have died between a block and its index. */
  async function indexHead(head: ChainHead): Promise<void> {
    if (indexed >= head.seq) return;
    const item = await audit.get(blockKey(chain, head.seq));
    if (item !== null) await indexBlock(audit, chain, readBlock(item));
    indexed = head.seq;
  }

  async function append(head: ChainHead, block: Block, entries: readonly AuditEntry[]): Promise<boolean> {
    const refused = await audit.transact([
      headWrite(head, block),
      blockWrite(head, block, latestOf(entries)),
    ]);
    return refused.size === 0;
  }

  /** Chains what of these is not, and answers the head after them. */
  async function chainTogether(commits: readonly PendingCommit[]): Promise<void> {
    const entries = commits.flatMap((commit) => commit.entries);
    const block = await insist(timing, `appending to the chain ${chain}`, async () => {
      const head = await readHead(audit, chain);
      await indexHead(head);
      const fresh = await unchainedOf(audit, chain, entries);
      if (fresh.length === 0) return null;
      const next = chainBlock(head, fresh);
      return (await append(head, next, fresh)) ? next : new NotYet('another writer appended');
    });
    if (block !== null) {
      await indexBlock(audit, chain, block);
      indexed = Math.max(indexed, block.lines.at(-1)?.seq ?? 0);
    }
    await inParallel(commits, AT_ONCE, ({ key }) => registry.write({ kind: 'delete', key }));
  }

  return {
    ...readsOf(audit, registry, chain),
    async chainPending() {
      for (const commits of together(await pendingCommits(registry))) await chainTogether(commits);
      return readHead(audit, chain);
    },
  };
}

function headWrite(head: ChainHead, { lines }: Block): Write {
  const last = lines.at(-1);
  return {
    kind: 'put',
    key: headKey(head.chain),
    attributes: {
      s: numberValue(last?.seq ?? head.seq),
      h: { B: Buffer.from(last?.hash ?? head.hash, 'hex') },
    },
    when:
      head.seq === 0
        ? { expression: 'attribute_not_exists(pk)' }
        : {
            expression: 's = :s AND h = :h',
            values: { ':s': numberValue(head.seq), ':h': { B: Buffer.from(head.hash, 'hex') } },
          },
  };
}

/** As many commits a block as it holds. */
function together(commits: readonly PendingCommit[]): PendingCommit[][] {
  const groups: PendingCommit[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const commit of commits) {
    const own = entriesBytes(commit.entries);
    if (bytes + own > BLOCK_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(commit);
    bytes += own;
  }
  return groups;
}
