import { type CaseRecord, subjectText } from '../../shared/domain/case/case.ts';
import type { NextStep } from '../../shared/domain/case/next-steps.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import { moment } from './moment.ts';

/** One line of a list. */
export function caseLine(record: CaseRecord): string {
  const { id, severity, state, subject, owner, counts, lastAtMs } = record;
  const rules = Object.entries(counts).map(([rule, count]) => (count === 1 ? rule : `${rule} ×${count}`));
  const who = subjectText(subject);
  const hands = state === 'closed' ? 'closed' : (owner ?? 'nobody’s');
  return `${id} ${severity} ${moment(lastAtMs)} ${who}: ${rules.join(', ')} (${hands})`;
}

/** All that a person needs to decide, the newest finding last, each with the command that comes next. */
export function caseLines(record: CaseRecord, next: readonly NextStep[]): string[] {
  const { subject, history, findings } = record;
  return [
    caseLine(record),
    `  about       ${subjectText(subject)}`,
    ...findings.flatMap(findingLines),
    '  history',
    ...history.map(
      ({ atMs, who, what, detail }) =>
        `    ${moment(atMs)} ${what} by ${who}${detail === undefined ? '' : `: ${detail}`}`,
    ),
    ...(next.length === 0 ? [] : ['  one step away, each with its plan first']),
    ...next.map(({ command }) => `    ${command}`),
  ];
}

function findingLines({ atMs, rule, severity, certainty, seen, unusual, evidence, next }: Finding): string[] {
  return [
    `  ${moment(atMs)} ${rule}, ${severity}, ${certainty}`,
    `    seen      ${seen}`,
    `    unusual   ${unusual}`,
    `    evidence  ${evidence.length === 0 ? 'none' : evidence.join(' ')}`,
    `    next      ${next}`,
  ];
}
