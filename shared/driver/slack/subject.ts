import type { Click } from '../../domain/slack/click.ts';

export const requestSubject = (id: string): string => `request:${id}`;
export const incidentSubject = (id: string): string => `incident:${id}`;
export const caseSubject = (id: string): string => `case:${id}`;
export const planSubject = (hash: string): string => `plan:${hash}`;

/** What a button's message is about. */
export function subjectOf(click: Click): string {
  return click.action === 'break-glass' ? planSubject(click.planHash) : requestSubject(click.requestId);
}
