import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { GENESIS } from '../../../domain/audit/line.ts';
import { type AuditQuestion, answersTo } from '../../../domain/audit/question.ts';
import { RekeyError } from '../../../domain/errors.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { AuditChain, ChainedLines, ChainHead } from '../../../ports/audit.ts';
import { type BlockLine, entryIn, readBlock } from './audit-block.ts';
import { blockKey, headKey, operationKey, readKey } from './audit-keys.ts';
import { bytesIn } from './document.ts';
import { LAST } from './keys.ts';
import { pendingCommits } from './outbox.ts';
import type { Timing } from './patience.ts';
import { createTable, type Table } from './table.ts';
import { type Item, type Key, keyOf, keyText } from './write.ts';

/** Where a chain is, and where its entries come from. */
export interface ChainPlace {
  readonly chain: string;
  readonly auditTable: string;
  readonly registryTable: string;
}

/** Questions to the index under way at once. */
const AT_ONCE = 32;
/** Blocks that one look at the chain takes. */
const BLOCKS_AT_ONCE = 50;

/** Of the blocks that tell of a secret's reads, so many of the last: an old read may be told after a new one. */
const LAST_BLOCKS = 20;

const LOOK_AGAIN_MS = 200;
/** The writer is woken within about a second, and again on a schedule. */
const LONGEST_WAIT_MS = 30_000;

/**
 * The chain as everyone has it who is not its writer: `chainPending` waits until the writer has chained what is pending, for at
 * most 30 s (`Throttled` `audit-behind`). Needs to read both tables, and to write neither.
 */
export function createDynamoAuditView(client: DynamoDBClient, place: ChainPlace, timing: Timing): AuditChain {
  const audit = createTable(client, place.auditTable, timing);
  const registry = createTable(client, place.registryTable, timing);
  const reads = readsOf(audit, registry, place.chain);
  return {
    ...reads,
    async chainPending() {
      const { clock } = timing;
      const untilMs = clock.nowMs() + LONGEST_WAIT_MS;
      const pending = async () => (await pendingCommits(registry)).map(({ key }) => keyText(key));
      let waiting = await pending();
      while (waiting.length > 0) {
        if (clock.nowMs() >= untilMs) throw behind(waiting.length);
        await clock.sleep(LOOK_AGAIN_MS);
        const left = new Set(await pending());
        waiting = waiting.filter((key) => left.has(key));
      }
      return reads.head();
    },
  };
}

/** What is chained, for whoever follows it: reads the audit's table and no other. */
export function createDynamoChainedLines(
  client: DynamoDBClient,
  { chain, auditTable }: Pick<ChainPlace, 'chain' | 'auditTable'>,
  timing: Timing,
): ChainedLines {
  return linesIn(createTable(client, auditTable, timing), chain);
}

function behind(count: number): RekeyError {
  return new RekeyError({
    code: 'audit-behind',
    family: 'Throttled',
    message: `the writer of the audit's chain has not chained ${count} commits in ${LONGEST_WAIT_MS / 1_000} s`,
    safe: 'They are durable and wait; nothing is lost.',
    next: ['the same command again', 'look at the dead letters and the log of the function chain-audit'],
  });
}

export async function readHead(audit: Table, chain: string): Promise<ChainHead> {
  const item = await audit.get(headKey(chain));
  if (item === null) return { chain, seq: 0, hash: GENESIS };
  return { chain, seq: Number(item['s']?.N ?? 0), hash: Buffer.from(bytesIn(item, 'h')).toString('hex') };
}

/** What a reader of the chain asks. */
export function readsOf(audit: Table, registry: Table, chain: string): Omit<AuditChain, 'chainPending'> {
  /** Blocks that may hold answers, by sort key; null: only the chain itself tells. */
  async function blocksFor({
    action,
    refs,
    operation,
    sinceMs = 0,
  }: AuditQuestion): Promise<Set<string> | null> {
    if (refs !== undefined && action?.every((one) => one === 'read') === true) {
      const found = await inParallel([...new Set(refs)], AT_ONCE, (ref) =>
        audit.query(readKey(chain, ref, 0).pk),
      );
      return new Set(
        found
          .flat()
          .filter((item) => Number(item['t']?.N ?? 0) >= Math.floor(sinceMs))
          .map(blockOf),
      );
    }
    if (operation !== undefined)
      return new Set((await audit.query(operationKey(chain, operation, 0).pk)).map(blockOf));
    return null;
  }

  const blockOf = (item: Item) => blockKey(chain, Number(item['sk']?.S ?? 0)).sk;

  /** Blocks that may hold answers, as many at a time as one look takes: a chain is longer than memory. */
  async function* itemsOf(blocks: Set<string> | null, sinceMs: number): AsyncGenerator<Item[]> {
    const { pk } = headKey(chain);
    if (blocks !== null) {
      const keys = [...blocks].sort().map((sk): Key => ({ pk, sk }));
      for (let from = 0; from < keys.length; from += BLOCKS_AT_ONCE) {
        const items = await audit.getMany(keys.slice(from, from + BLOCKS_AT_ONCE));
        yield [...items.values()].sort((a, b) => (keyText(keyOf(a)) < keyText(keyOf(b)) ? -1 : 1));
      }
      return;
    }
    for (let next = 1; ; ) {
      const { sk: from } = blockKey(chain, next);
      const items = await audit.query(pk, { from, to: `BLOCK#${LAST}`, limit: BLOCKS_AT_ONCE });
      yield items.filter((item) => Number(item['t']?.N ?? 0) >= Math.floor(sinceMs));
      const last = items.at(-1)?.['sk']?.S;
      if (last === undefined || items.length < BLOCKS_AT_ONCE) return;
      next = Number(last.slice('BLOCK#'.length)) + 1;
    }
  }

  return {
    ...linesIn(audit, chain),

    async lastReadMs(ref) {
      const last = await audit.query(readKey(chain, ref, 0).pk, { limit: LAST_BLOCKS, backwards: true });
      return last.length === 0 ? null : Math.max(...last.map((item) => Number(item['t']?.N ?? 0)));
    },

    async find(question, newest = Number.POSITIVE_INFINITY) {
      const { action, refs, sinceMs = 0 } = question;
      if (action?.length === 0 || refs?.length === 0) return [];
      const answers = answersTo(question);
      let byId = new Map<string, AuditEntry>();
      const keep = (entries: readonly AuditEntry[]) => {
        for (const entry of entries) if (answers(entry) && !byId.has(entry.id)) byId.set(entry.id, entry);
        if (byId.size <= 2 * newest) return;
        byId = new Map(newestOf([...byId.values()], newest).map((entry) => [entry.id, entry]));
      };
      // In this order: what is not pending any more was chained, and indexed, before it left the outbox.
      const pending = (await pendingCommits(registry)).flatMap(({ entries }) => entries);
      for await (const items of itemsOf(await blocksFor(question), sinceMs))
        keep(items.flatMap((item) => readBlock(item).lines).map(entryIn));
      keep(pending);
      return newestOf([...byId.values()], newest);
    },
  };
}

/** Oldest first; of one moment in their order. */
function newestOf(entries: readonly AuditEntry[], newest: number): AuditEntry[] {
  return entries.toSorted((a, b) => a.atMs - b.atMs).slice(Math.max(0, entries.length - newest));
}

function linesIn(audit: Table, chain: string): ChainedLines {
  return {
    head: () => readHead(audit, chain),

    async lines(afterSeq, limit) {
      const { pk, sk } = blockKey(chain, afterSeq + 1);
      const lines: BlockLine[] = [];
      let from = sk;
      while (lines.length < limit) {
        const items = await audit.query(pk, { from, to: `BLOCK#${LAST}`, limit: BLOCKS_AT_ONCE });
        if (items.length === 0) break;
        lines.push(...items.flatMap((item) => readBlock(item).lines).filter(({ seq }) => seq > afterSeq));
        from = blockKey(chain, (lines.at(-1)?.seq ?? afterSeq) + 1).sk;
      }
      return lines.slice(0, limit);
    },
  };
}
