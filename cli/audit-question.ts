import { AUDIT_ACTIONS, AUDIT_OUTCOMES } from '../shared/domain/audit/entry.ts';
import type { AuditQuestion } from '../shared/domain/audit/question.ts';
import { parseDuration } from '../shared/domain/config/duration.ts';
import { RULES } from '../shared/domain/detect/rule.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import { given } from '../shared/domain/given.ts';
import { suggestNearest } from '../shared/domain/nearest.ts';

/** A question as the words of a command line ask it. */
export interface QuestionOptions {
  readonly action?: readonly string[];
  readonly outcome?: readonly string[];
  readonly ref?: string;
  readonly class?: string;
  readonly principal?: string;
  readonly address?: string;
  readonly operation?: string;
  readonly rule?: readonly string[];
  readonly reason?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Every mistake at once: `Validation` `question-unreadable`. An age counts back from `nowMs`. */
export function questionIn(options: QuestionOptions, nowMs: number): AuditQuestion {
  const mistakes: string[] = [];
  const known = <T extends string>(option: string, words: readonly string[], among: readonly T[]): T[] =>
    words.flatMap((word) => {
      const found = among.find((one) => one === word);
      if (found !== undefined) return [found];
      const near = suggestNearest(word, among);
      mistakes.push(`--${option} ${word} is none${near === null ? '' : `; did you mean ${near}?`}`);
      return [];
    });
  const moment = (option: 'since' | 'until', text: string): number => {
    const age = parseDuration(text);
    const atMs = age === null ? Date.parse(text) : nowMs - age;
    if (!Number.isFinite(atMs))
      mistakes.push(`--${option} ${text} is neither a time (2026-11-24T03:00:00Z) nor an age (2h)`);
    return atMs;
  };
  const { action, outcome, rule, ref, class: className, principal, address, operation, reason } = options;
  const question: AuditQuestion = {
    ...given('action', action && known('action', action, AUDIT_ACTIONS)),
    ...given('outcome', outcome && known('outcome', outcome, AUDIT_OUTCOMES)),
    ...given('rule', rule && known('rule', rule, RULES)),
    ...(ref === undefined ? {} : ref.endsWith('/') ? { refPrefix: ref } : { refs: [ref] }),
    ...given('className', className),
    ...given('principal', principal),
    ...given('address', address),
    ...given('operation', operation),
    ...given('reason', reason),
    ...given('sinceMs', options.since === undefined ? null : moment('since', options.since)),
    ...given('untilMs', options.until === undefined ? null : moment('until', options.until)),
  };
  if (mistakes.length === 0) return question;
  throw new RekeyError({
    code: 'question-unreadable',
    family: 'Validation',
    message: mistakes.join('\n'),
    safe: 'Nothing was read.',
    next: ['rekey audit search --help'],
  });
}
