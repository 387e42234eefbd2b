import { breakGlassCommand, quarantineCommand, rotateCommand } from '../detect/next-command.ts';
import type { CaseRecord } from './case.ts';

/** What can be done about a case, each by the command that shows its plan first and asks: who may do it is decided there. */
export interface NextStep {
  readonly what: 'quarantine' | 'rotate' | 'break-glass';
  readonly command: string;
}

/** Secrets and classes that are named: a case of more is no list to go through. */
const MOST = 5;

/** None of a closed case. From the narrowest to the widest. */
export function nextStepsOf({ id, state, subject, findings, openedAtMs }: CaseRecord): NextStep[] {
  if (state === 'closed') return [];
  const { principal } = subject;
  const refs = firstOf(findings.map(({ ref }) => ref).filter((ref) => ref?.startsWith('vault://')));
  const classes = firstOf(findings.map(({ className }) => className));
  // The first that is known: whoever knows of an earlier moment changes it.
  const sinceMs = findings.reduce((first, { atMs }) => Math.min(first, atMs), openedAtMs);
  const ofCase = ` --case ${id}`;
  return [
    ...(principal === undefined
      ? []
      : [
          {
            what: 'quarantine' as const,
            command: `${quarantineCommand(principal)}${ofCase} --reason 'findings of ${id}'`,
          },
        ]),
    ...refs.map((ref) => ({
      what: 'rotate' as const,
      command: `${rotateCommand(ref, `findings of ${id}`)}${ofCase}`,
    })),
    ...classes.map((className) => ({
      what: 'break-glass' as const,
      command: `${breakGlassCommand(className, {
        cause: principal === undefined ? 'unknown' : 'reader-compromised',
        sinceMs,
        ...(principal === undefined ? {} : { principal }),
      })}${ofCase}`,
    })),
  ];
}

function firstOf(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))].sort().slice(0, MOST);
}
