import type { ClassRecord } from './class.ts';
import type { Person } from './person.ts';

/** A break-glass that was proposed can be started from where it was for so long: what people were shown is still what they remember. */
const HOLDS_MS = 3_600_000;

export function proposalEndsAt(proposedAtMs: number): number {
  return proposedAtMs + HOLDS_MS;
}

/** Whom the class's policy lets start a break-glass from Slack. Names, in the people's order. */
export function startersOf(record: ClassRecord | null, people: readonly Person[]): string[] {
  const groups = record?.policy.breakGlass.startInSlack ?? [];
  return people
    .filter((person) => person.slack !== undefined && person.groups?.some((group) => groups.includes(group)))
    .map(({ name }) => name);
}
