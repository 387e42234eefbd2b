import type { AuditPolicy } from '../../../domain/audit/policy.ts';
import { keepHistory } from '../../../domain/config/history.ts';
import type { ConsumerRecord } from '../../../domain/consumer.ts';
import type { DetectionPolicy } from '../../../domain/detect/policy.ts';
import type { Quota } from '../../../domain/pacing/quota.ts';
import type { Person } from '../../../domain/person.ts';
import type { SecretRecord } from '../../../domain/secret.ts';
import type { SlackWorkspace } from '../../../domain/slack/workspace.ts';
import type { TargetRecord } from '../../../domain/target.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { Enrolment, EnrolmentChange } from '../../../ports/registry.ts';
import { changedClass, newClass, readClass, type StoredClass } from './class-item.ts';
import { commit } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import {
  AUDIT_POLICY,
  classKey,
  DETECTION,
  ENROLMENT,
  type EnrolledKind,
  enrolledKey,
  memberKey,
  SLACK_WORKSPACE,
  startingWith,
} from './keys.ts';
import { pacesIn, paceWrite } from './pace.ts';
import { insist, NotYet } from './patience.ts';
import { changedSecret, enrolledAgain, newSecret, removedSecret, type StoredSecret } from './secret-item.ts';
import { enrolledSecrets, memberAttributes, readMember, storedSecrets } from './secrets.ts';
import type { Table } from './table.ts';
import { type Item, keyText, type Write } from './write.ts';

/** Classes read at once. */
const AT_ONCE = 8;
/** A change of one secret writes at most three items: the secret, its place in its class, its place in the class before. */
const MOST_CHANGES = 30;

/** Small records that only a person changes: one collection, `d` the record. */
export async function listEnrolled<T>(table: Table, kind: EnrolledKind): Promise<T[]> {
  return (await table.query(ENROLMENT, startingWith(`${kind}#`))).map((item) => documentIn<T>(item));
}

export async function enrolledTarget(table: Table, id: string): Promise<TargetRecord | null> {
  const item = await table.get(enrolledKey('TARGET', id));
  return item === null ? null : documentIn<TargetRecord>(item);
}

export async function enrolledSlack(table: Table): Promise<SlackWorkspace | null> {
  const item = await table.get(SLACK_WORKSPACE);
  return item === null ? null : documentIn<SlackWorkspace>(item);
}

export async function enrolledAuditPolicy(table: Table): Promise<AuditPolicy | null> {
  const item = await table.get(AUDIT_POLICY);
  return item === null ? null : documentIn<AuditPolicy>(item);
}

export async function enrolledDetection(table: Table): Promise<DetectionPolicy | null> {
  const item = await table.get(DETECTION);
  return item === null ? null : documentIn<DetectionPolicy>(item);
}

/** Names of all classes that have, or had, anything in them. */
async function classNames(table: Table): Promise<string[]> {
  const items = await table.query(ENROLMENT, startingWith('CLASS#'));
  return items.map((item) => (item['sk']?.S ?? '').slice('CLASS#'.length));
}

export async function readEnrolment(table: Table): Promise<Enrolment> {
  const [small, pacing, workspace, detection, audit] = await Promise.all([
    table.query(ENROLMENT),
    pacesIn(table),
    enrolledSlack(table),
    enrolledDetection(table),
    enrolledAuditPolicy(table),
  ]);
  const ofKind = (kind: EnrolledKind) =>
    small.filter((item) => item['sk']?.S?.startsWith(`${kind}#`) === true);
  const names = ofKind('CLASS').map((item) => (item['sk']?.S ?? '').slice('CLASS#'.length));
  const classes = await inParallel(names, AT_ONCE, (name) => table.query(classKey(name).pk));
  const isClass = (item: Item) => item['sk']?.S === 'CLASS';
  const members = classes
    .flat()
    .filter((item) => !isClass(item))
    .map(readMember);
  const refs = members.filter(({ former }) => !former).map(({ ref }) => ref);
  const secrets = (await enrolledSecrets(table, refs)).map(({ secret }) => secret);
  return {
    classes: classes
      .flat()
      .filter(isClass)
      .map((item) => readClass(item).record),
    targets: ofKind('TARGET').map((item) => documentIn<TargetRecord>(item)),
    secrets: secrets.sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    consumers: ofKind('CONSUMER').map((item) => documentIn<ConsumerRecord>(item)),
    people: ofKind('PERSON').map((item) => documentIn<Person>(item)),
    pacing,
    slack: workspace === null ? [] : [workspace],
    detection: detection === null ? [] : [detection],
    audit: audit === null ? [] : [audit],
  };
}

/** What stands of what is to be changed. */
interface Standing {
  readonly classes: ReadonlyMap<string, StoredClass>;
  readonly secrets: ReadonlyMap<string, StoredSecret>;
}

/** Some changes a transaction, in their order. What another wrote meanwhile is read again, and only what the file decides taken. */
export async function applyChanges(table: Table, changes: readonly EnrolmentChange[]): Promise<void> {
  const named = new Set(await classNames(table));
  for (let from = 0; from < changes.length; from += MOST_CHANGES) {
    let left = changes.slice(from, from + MOST_CHANGES);
    await insist(table.timing, 'applying an enrolment', async () => {
      const standing = await standingOf(table, left);
      const names = new Set(named);
      const refused = await commit(
        table,
        left.map((change) => ({
          writes: [...nameWrites(change, names), ...writesOf(change, standing)],
          entries: change.entries,
        })),
      );
      for (const [index, change] of left.entries()) {
        if (!refused.has(index)) for (const name of classesIn(change)) named.add(name);
      }
      left = left.filter((_, index) => refused.has(index));
      return left.length === 0 ? true : new NotYet(`others write ${left.length} of its records`);
    });
  }
}

function classesIn({ put }: EnrolmentChange): string[] {
  return [
    ...(put.classes ?? []).map(({ name }) => name),
    ...(put.secrets ?? []).map(({ className }) => className),
  ];
}

/** The first that puts anything into a class writes its name down. */
function nameWrites(change: EnrolmentChange, named: Set<string>): Write[] {
  return classesIn(change).flatMap((name): Write[] => {
    if (named.has(name)) return [];
    named.add(name);
    return [{ kind: 'put', key: enrolledKey('CLASS', name), attributes: {} }];
  });
}

async function standingOf(table: Table, changes: readonly EnrolmentChange[]): Promise<Standing> {
  const names = changes.flatMap(({ put, remove }) => [
    ...(put.classes ?? []).map(({ name }) => name),
    ...(remove.classes ?? []),
  ]);
  const refs = changes.flatMap(({ put, remove }) => [
    ...(put.secrets ?? []).map(({ ref }) => ref as string),
    ...(remove.secrets ?? []),
  ]);
  const [classes, secrets] = await Promise.all([
    table.getMany(names.map(classKey)),
    storedSecrets(table, refs),
  ]);
  return {
    secrets,
    classes: new Map(
      names.flatMap((name) => {
        const item = classes.get(keyText(classKey(name)));
        return item === undefined ? [] : [[name, readClass(item)] as const];
      }),
    ),
  };
}

function writesOf({ put, remove }: EnrolmentChange, standing: Standing): Write[] {
  const small = (kind: EnrolledKind, name: string, record: object): Write => ({
    kind: 'put',
    key: enrolledKey(kind, name),
    attributes: { d: { B: packDocument(record) } },
  });
  const gone =
    (kind: EnrolledKind) =>
    (name: string): Write => ({
      kind: 'delete',
      key: enrolledKey(kind, name),
    });
  return [
    ...(put.classes ?? []).flatMap((wanted) => {
      const stored = standing.classes.get(wanted.name);
      return stored === undefined
        ? newClass(wanted)
        : changedClass(stored, keepHistory('classes', stored.record, wanted));
    }),
    ...(put.targets ?? []).map((record) => small('TARGET', record.id, record)),
    ...(put.secrets ?? []).flatMap((wanted) => enrolWrites(standing.secrets.get(wanted.ref), wanted)),
    ...(put.consumers ?? []).map((record) => small('CONSUMER', record.name, record)),
    ...(put.people ?? []).map((record) => small('PERSON', record.name, record)),
    ...(put.pacing ?? []).map((record) => paceWrite(record.name, record)),
    ...(put.slack ?? []).map(
      (record): Write => ({
        kind: 'put',
        key: SLACK_WORKSPACE,
        attributes: { d: { B: packDocument(record) } },
      }),
    ),
    ...(put.detection ?? []).map(
      (record): Write => ({ kind: 'put', key: DETECTION, attributes: { d: { B: packDocument(record) } } }),
    ),
    ...(put.audit ?? []).map(
      (record): Write => ({ kind: 'put', key: AUDIT_POLICY, attributes: { d: { B: packDocument(record) } } }),
    ),
    // Its name stays: what it still has, or had, in it is found by it.
    ...(remove.classes ?? []).map((name): Write => ({ kind: 'delete', key: classKey(name) })),
    ...(remove.targets ?? []).map(gone('TARGET')),
    ...(remove.secrets ?? []).flatMap((ref) => removeWrites(standing.secrets.get(ref))),
    ...(remove.consumers ?? []).map(gone('CONSUMER')),
    ...(remove.people ?? []).map(gone('PERSON')),
    ...(remove.pacing ?? []).map((quota) => paceWrite(quota as Quota, null)),
    ...(remove.slack ?? []).map((): Write => ({ kind: 'delete', key: SLACK_WORKSPACE })),
    ...(remove.detection ?? []).map((): Write => ({ kind: 'delete', key: DETECTION })),
    ...(remove.audit ?? []).map((): Write => ({ kind: 'delete', key: AUDIT_POLICY })),
  ];
}

function enrolWrites(stored: StoredSecret | undefined, wanted: SecretRecord): Write[] {
  if (stored === undefined) return [newSecret(wanted), memberWrite(wanted, false)];
  const before = stored.secret;
  if (stored.removed) {
    // An ordinal that comes twice would name a version that is there, and the store keeps its first value.
    const again = { ...wanted, ordinal: Math.max(wanted.ordinal, before.ordinal) };
    return [enrolledAgain(stored, again), ...movedWrites(before, again, true)];
  }
  const secret = keepHistory('secrets', before, wanted);
  return [changedSecret(stored, secret), ...movedWrites(before, secret, false)];
}

/** Its place in its class, where that is another or was none. In the class before it stays known: its versions are under that one's keys. */
function movedWrites(before: SecretRecord, secret: SecretRecord, wasRemoved: boolean): Write[] {
  const moved = before.className !== secret.className;
  const same = !moved && before.tenant === secret.tenant && before.target === secret.target;
  return [
    ...(same && !wasRemoved ? [] : [memberWrite(secret, false)]),
    ...(moved && !wasRemoved ? [memberWrite(before, true)] : []),
  ];
}

function removeWrites(stored: StoredSecret | undefined): Write[] {
  if (stored === undefined || stored.removed) return [];
  return [removedSecret(stored), memberWrite(stored.secret, true)];
}

function memberWrite(secret: SecretRecord, former: boolean): Write {
  return {
    kind: 'put',
    key: memberKey(secret.className, secret.ref),
    attributes: memberAttributes(secret, former),
  };
}
