import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PSEUDONYM_KEY_BYTES, pseudonymOf } from '../../../domain/pseudonym/pseudonym.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { Pseudonyms } from '../../../ports/pseudonyms.ts';
import { documentIn, packDocument } from './document.ts';
import { personKey, pseudonymKey } from './keys.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { ABSENT, keyText } from './write.ts';

const AT_ONCE = 16;
/** What one process remembers of names, and for how long: one that is forgotten meanwhile is nobody’s here too by then. */
const MOST_REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;
/** The table can be restored to any moment of so long. */
const RESTORABLE_MS = 35 * 86_400_000;

interface Person {
  readonly name: string;
  readonly key: string;
  readonly pseudonym: string;
}

/**
 * Two items a name in the registry's table, which is encrypted under a key of KMS as a whole: by the digest of the name the key and
 * the pseudonym, by the pseudonym the name.
 */
export function createDynamoPseudonyms(
  client: DynamoDBClient,
  tableName: string,
  timing: Timing,
): Pseudonyms {
  const table = createTable(client, tableName, timing);
  const { clock, random } = timing;
  const remembered = new Map<string, { readonly pseudonym: string; readonly untilMs: number }>();

  function remember(name: string, pseudonym: string): void {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(name, { pseudonym, untilMs: clock.nowMs() + REMEMBERED_MS });
  }

  async function known(names: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const nowMs = clock.nowMs();
    for (const name of names) {
      const one = remembered.get(name);
      if (one !== undefined && one.untilMs > nowMs) found.set(name, one.pseudonym);
    }
    const asked = names.filter((name) => !found.has(name));
    if (asked.length === 0) return found;
    for (const item of (await table.getMany(asked.map(keyOfName))).values()) {
      const { name, pseudonym } = documentIn<Person>(item);
      remember(name, pseudonym);
      found.set(name, pseudonym);
    }
    return found;
  }

  /** Both items or none: a pseudonym that nobody could be named by, or a name that is not forgotten with it, there is not. */
  async function make(name: string): Promise<string> {
    const key = random.bytes(PSEUDONYM_KEY_BYTES);
    const pseudonym = pseudonymOf(key, name);
    const person: Person = { name, key: Buffer.from(key).toString('base64'), pseudonym };
    const refused = await table.transact([
      {
        kind: 'put',
        key: keyOfName(name),
        attributes: { d: { B: packDocument(person) } },
        when: ABSENT,
      },
      { kind: 'put', key: pseudonymKey(pseudonym), attributes: { d: { B: packDocument({ name }) } } },
    ]);
    const standing = refused.get(0)?.standing;
    if (refused.size === 0) return pseudonym;
    // Another was faster: it is his.
    if (standing != null) return documentIn<Person>(standing).pseudonym;
    return make(name);
  }

  return {
    known,
    async of(names) {
      const found = await known(names);
      const missing = [...new Set(names)].filter((name) => !found.has(name));
      await inParallel(missing, AT_ONCE, async (name) => {
        const pseudonym = await make(name);
        remember(name, pseudonym);
        found.set(name, pseudonym);
      });
      return found;
    },
    async names(pseudonyms) {
      const wanted = [...new Set(pseudonyms)];
      const items = await table.getMany(wanted.map(pseudonymKey));
      return new Map(
        wanted.flatMap((pseudonym) => {
          const item = items.get(keyText(pseudonymKey(pseudonym)));
          return item === undefined ? [] : [[pseudonym, documentIn<{ name: string }>(item).name] as const];
        }),
      );
    },
    async forget(pseudonyms) {
      const items = await table.getMany([...new Set(pseudonyms)].map(pseudonymKey));
      for (const pseudonym of new Set(pseudonyms)) {
        const item = items.get(keyText(pseudonymKey(pseudonym)));
        if (item === undefined) continue;
        const { name } = documentIn<{ name: string }>(item);
        remembered.delete(name);
        await table.transact([
          { kind: 'delete', key: keyOfName(name) },
          { kind: 'delete', key: pseudonymKey(pseudonym) },
        ]);
      }
      return {
        irrevocableAtMs: clock.nowMs() + RESTORABLE_MS,
        pending: 'the registry can be restored to a moment before for 35 days',
      };
    },
  };
}

function keyOfName(name: string) {
  return personKey(createHash('sha256').update(name).digest('base64url'));
}
