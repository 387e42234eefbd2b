import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import type { Naming } from './naming.ts';

/** Of entries written at the same moment the one that is the cause of the other comes first. */
const CAUSAL = [
  'request',
  'approve',
  'deny',
  'void',
  'begin',
  'finish',
  'incident-open',
  'fence',
  'key-close',
  'observe',
  'sign',
  'key-open',
  'unfence',
  'reopen',
  'key-destroy',
  'seal',
];

/** Whom people's own stage tells of an incident follows the chain, in its own time; one machine tells nobody by itself. */
const isOfTheStory = ({ recipient }: AuditEntry) => recipient === undefined;

/** In order: the entries of one secret, of one layer's looks, of the incident or request as a whole. */
export function auditTold(
  all: readonly AuditEntry[],
  named: Naming,
): Readonly<Record<string, readonly string[]>> {
  const entries = all.filter(isOfTheStory);
  const streams = Map.groupBy(entries, streamOf);
  return Object.fromEntries(
    [...streams]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([stream, own]) => {
        const lines = own.toSorted(inTheirOrder).map((entry) => named(entryTold(entry)));
        // How often it was tried is a matter of time, too.
        return [stream, lines.filter((line, index) => line !== lines[index - 1])];
      }),
  );
}

/** Entries that one hand wrote one after the other. */
function streamOf(entry: AuditEntry): string {
  const { action, ref, target, consumer, reason = '' } = entry;
  // What the looks came to, contained or cut, is the incident's own.
  const looked = target ?? (reason.includes(':') ? reason.split(':')[0] : undefined);
  if (action === 'observe' && looked !== undefined) return `looks at the ${looked}`;
  if (ref === undefined) return entry.operation?.startsWith('req-') === true ? 'the request' : 'the incident';
  if (consumer !== undefined) return `${ref} to ${consumer}`;
  return action === 'cut' ? `cut of ${ref}` : ref;
}

function inTheirOrder(a: AuditEntry, b: AuditEntry): number {
  if (a.ordinal !== undefined && a.action !== 'cut') return (a.ordinal ?? 0) - (b.ordinal ?? 0);
  return a.atMs - b.atMs || CAUSAL.indexOf(a.action) - CAUSAL.indexOf(b.action);
}

function entryTold(entry: AuditEntry): string {
  const { action, outcome, actor, source, versionId, epoch, fate, cause, reason } = entry;
  return [
    `${action} ${outcome} by ${actor.user} from ${source}`,
    ...(versionId === undefined ? [] : [`of ${versionId}`]),
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(fate === undefined ? [] : [fate]),
    ...(cause === undefined ? [] : [cause]),
    ...(reason === undefined ? [] : [reason]),
  ].join('; ');
}
