import { readAudit } from '../functions/read-audit/handler.ts';
import { localNaming } from '../local/naming.ts';
import { createAwsNaming } from '../shared/adapters/aws/naming.ts';
import type { AuditEntry } from '../shared/domain/audit/entry.ts';
import { namedRecord } from '../shared/domain/pseudonym/named-record.ts';
import { changeEntry } from '../shared/domain/reads/change-entry.ts';
import { readRecord } from '../shared/domain/reads/cloudtrail/read-record.ts';
import type { KnownSecret } from '../shared/domain/reads/known-secret.ts';
import { readEntry } from '../shared/domain/reads/read-entry.ts';
import type { SecretRecord } from '../shared/domain/secret.ts';
import type { Naming } from '../shared/ports/naming.ts';
import type { Face } from './face.ts';
import { recordsIn } from './trail-records.ts';

/** Reads and changes of the past, and what of its records is none. */
export interface Past {
  readonly entries: AuditEntry[];
  readonly notUnderstood: number;
  /** Of no secret. */
  readonly nothing: number;
}

/** Secrets of the file, as far as a record alone can be held against them: of versions and operations of then it says nothing. */
export async function pastInFiles(
  files: readonly string[],
  { secrets, prefix }: { readonly secrets: readonly SecretRecord[]; readonly prefix: string | null },
): Promise<Past> {
  const known = new Map(
    secrets.map((secret): [string, KnownSecret] => [
      secret.ref,
      { secret, versions: [], record: { epoch: secret.epoch } },
    ]),
  );
  const entries: AuditEntry[] = [];
  const shared = createShared();
  let notUnderstood = 0;
  let nothing = 0;
  for (const file of files) {
    for await (const record of recordsIn(file)) {
      const told = readRecord(record);
      if (told.kind === 'unread') notUnderstood += 1;
      if (told.kind === 'nothing') nothing += 1;
      if (told.kind !== 'read' && told.kind !== 'change') continue;
      const { secret, account, principal } = told.kind === 'read' ? told.event : told.change;
      const naming = namingOf(prefix, account ?? '');
      const of = secret === undefined ? undefined : known.get(naming.refOf(secret.name) ?? '');
      entries.push(
        shared(
          told.kind === 'read'
            ? readEntry(told.event, of)
            : changeEntry(told.change, {
                own: naming.isOwn(principal.id),
                ...(of === undefined ? {} : { known: of }),
              }),
        ),
      );
    }
  }
  return { entries, notUnderstood, nothing };
}

/** Of a stage its prefix; else names as one machine has them, and those of whatever stage. */
function namingOf(prefix: string | null, account: string): Naming {
  if (prefix !== null) return createAwsNaming({ prefix, account });
  return {
    refOf: (name) => localNaming.refOf(name.replace(/^rekey-[^/]+\//, '')),
    isOwn: (principal) => principal.includes(':role/rekey-'),
  };
}

/** A million entries name a few thousand principals, secrets and places: each text is held once. */
function createShared(): (entry: AuditEntry) => AuditEntry {
  const texts = new Map<string, string>();
  const once = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, text);
    return text;
  };
  return (entry) => {
    const { read } = entry;
    const { userAgent: _unused, ...detail } = read ?? {};
    return {
      ...entry,
      actor: { ...entry.actor, user: once(entry.actor.user) },
      source: once(entry.source),
      ...(read === undefined
        ? {}
        : {
            read: {
              ...(detail as typeof read),
              ...(read.session === undefined ? {} : { session: once(read.session) }),
              ...(read.region === undefined ? {} : { region: once(read.region) }),
              ...(read.account === undefined ? {} : { account: once(read.account) }),
              ...(read.named === undefined ? {} : { named: once(read.named) }),
            },
          }),
    };
  };
}

/** Lines that are asked for at once. */
const AT_ONCE = 1_000;
/** Entries of others come later than they happened: what the trail's files tell is that much older than its neighbours at most. */
const SLACK_MS = 86_400_000;

/** What the audit has kept of reads and changes since an instant. */
export async function pastInAudit(face: Face, sinceMs: number): Promise<Past> {
  const entries: AuditEntry[] = [];
  let after = await placeBefore(face, sinceMs - SLACK_MS);
  for (;;) {
    const { lines, names = {} } = await face.call(readAudit, {
      afterSeq: after,
      limit: AT_ONCE,
      named: true,
    });
    const known = new Map(Object.entries(names));
    for (const { line } of lines) {
      // Patterns are of names.
      const entry = namedRecord(JSON.parse(line) as AuditEntry, known);
      const isOfThem = entry.action === 'read' || entry.action === 'change';
      if (isOfThem && entry.atMs >= sinceMs) entries.push(entry);
    }
    const last = lines.at(-1);
    if (last === undefined || lines.length < AT_ONCE) return { entries, notUnderstood: 0, nothing: 0 };
    after = last.seq;
  }
}

/** The last place before an instant, by halves: a chain of years is not read from its beginning. */
async function placeBefore(face: Face, atMs: number): Promise<number> {
  const { head } = await face.call(readAudit, { afterSeq: 0, limit: 1 });
  let low = 0;
  let high = head.seq;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { lines } = await face.call(readAudit, { afterSeq: middle, limit: 1 });
    const [line] = lines;
    if (line !== undefined && (JSON.parse(line.line) as AuditEntry).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
