import { canonicalJson } from '../canonical.ts';
import { RekeyError } from '../errors.ts';
import { DECIDED } from './history.ts';
import type { Wanted } from './records.ts';

type Family = keyof Wanted;

/** One record that the file adds, changes or no longer has. */
export interface Change {
  readonly family: Family;
  readonly name: string;
  readonly kind: 'add' | 'change' | 'remove';
  /** Fields that change, with what they were and are. No field holds a value. */
  readonly fields: readonly string[];
  /** The record as the file wants it, under its family; none where it is removed. */
  readonly put: Partial<Wanted>;
}

const FAMILIES = Object.keys(DECIDED) as Family[];

const nameOf = (record: object): string => {
  const { name, id, ref } = record as { name?: string; id?: string; ref?: string };
  return name ?? id ?? ref ?? '';
};

/** What a file changes against what is enrolled. Pure; decides nothing about rotation. */
export function differenceOf(enrolled: Wanted, wanted: Wanted): Change[] {
  return FAMILIES.flatMap((family) => {
    const before = new Map(enrolled[family].map((record) => [nameOf(record), record as object]));
    const after = new Map(wanted[family].map((record) => [nameOf(record), record as object]));
    const put = [...after].flatMap(([name, record]): Change[] => {
      const old = before.get(name);
      const about = { family, name, put: { [family]: [record] } };
      if (old === undefined) return [{ ...about, kind: 'add', fields: [] }];
      const fields = DECIDED[family].filter((field) => show(old, field) !== show(record, field));
      if (fields.length === 0) return [];
      return [
        {
          ...about,
          kind: 'change',
          fields: fields.map((field) => `${field}: ${show(old, field)} → ${show(record, field)}`),
        },
      ];
    });
    const gone = [...before.keys()].filter((name) => !after.has(name));
    return [...put, ...gone.map((name): Change => ({ family, name, kind: 'remove', fields: [], put: {} }))];
  });
}

function show(record: object, field: string): string {
  const value = (record as Record<string, unknown>)[field];
  return value === undefined ? 'none' : canonicalJson(value);
}

/** Refuses what must not change now: people while an incident is open, secrets that an operation holds. */
export function refuseUntimely(
  changes: readonly Change[],
  enrolled: Wanted,
  openIncidents: readonly string[],
): void {
  const reasons: string[] = [];
  const people = changes.filter((change) => change.family === 'people');
  if (people.length > 0 && openIncidents.length > 0) {
    reasons.push(
      `people stay as they are while ${openIncidents.join(', ')} is open: ${people.map(({ name }) => name).join(', ')}`,
    );
  }
  const busy = new Map(
    enrolled.secrets
      .filter((secret) => secret.rotation !== undefined || secret.claim !== undefined)
      .map((secret) => [secret.ref as string, secret]),
  );
  for (const change of changes) {
    const held = change.family === 'secrets' && change.kind !== 'add' ? busy.get(change.name) : undefined;
    // Nobody works on a secret whose account is gone: it waits for just this.
    const waits = held?.claim === undefined && held?.rotation?.parked?.code === 'account-missing';
    if (held !== undefined && !(change.kind === 'remove' && waits)) {
      reasons.push(`${change.name} is being rotated`);
    }
  }
  if (reasons.length === 0) return;
  throw new RekeyError({
    code: 'apply-untimely',
    family: 'Conflict',
    message: reasons.join('\n'),
    safe: 'Nothing was applied.',
    next: ['rekey incident list', 'rekey apply when it is over'],
  });
}
