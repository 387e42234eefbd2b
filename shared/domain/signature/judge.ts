import type { Signature } from '../incident.ts';
import type { Person } from '../person.ts';
import { isSignedBy } from './ssh-signature.ts';
import { type Statement, statementBytes } from './statement.ts';

export interface Judgement {
  readonly enough: boolean;
  /** People whose signature counts, each once. */
  readonly counted: readonly string[];
  readonly refused: readonly { readonly person: string; readonly reason: string }[];
}

/**
 * Whose signatures hold for what is there now: people as applied before the incident, each by a key of their own, within the
 * time they signed for, the compromised principal left out. One person, one voice; one key, one voice.
 */
export function judgeSignatures(question: {
  /** As things stand now; each signature is held against it with its own expiry. */
  readonly statement: Omit<Statement, 'expiresAtMs'>;
  readonly signatures: readonly Signature[];
  readonly people: readonly Person[];
  readonly compromisedPrincipal?: string;
  readonly needed: number;
  readonly nowMs: number;
}): Judgement {
  const { statement, signatures, people, compromisedPrincipal, needed, nowMs } = question;
  const counted: string[] = [];
  const refused: { person: string; reason: string }[] = [];
  const usedKeys = new Set<string>();
  for (const signature of signatures) {
    const person = people.find((candidate) => candidate.name === signature.person);
    const bytes = statementBytes({ ...statement, expiresAtMs: signature.expiresAtMs });
    const key = person?.sshKeys.find((candidate) => isSignedBy(candidate, signature.armored, bytes));
    const blob = key?.trim().split(/\s+/)[1] ?? '';
    const reason =
      person === undefined
        ? 'not a person applied before the incident'
        : isCompromised(person, compromisedPrincipal)
          ? 'the compromised principal'
          : signature.expiresAtMs <= nowMs
            ? 'expired'
            : key === undefined
              ? 'no key of that person signed what is there now'
              : counted.includes(person.name)
                ? 'signed already'
                : usedKeys.has(blob)
                  ? 'another person signed with the same key'
                  : undefined;
    if (reason === undefined) {
      counted.push(signature.person);
      usedKeys.add(blob);
    } else {
      refused.push({ person: signature.person, reason });
    }
  }
  return { enough: counted.length >= needed, counted, refused };
}

function isCompromised(person: Person, principal: string | undefined): boolean {
  return principal !== undefined && (person.name === principal || person.user === principal);
}
