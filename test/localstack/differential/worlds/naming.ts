import type { RequestRecord } from '../../../../shared/domain/request/record.ts';
import type { VersionRecord } from '../../../../shared/domain/version.ts';
import type { Stage } from './world.ts';

/** Words with each id by what it stands for, and no time. */
export type Naming = (text: string) => string;

/** Each id by what it stands for. */
export function namesFor(
  { incidentId, runs }: Stage,
  known: {
    readonly versions: readonly VersionRecord[];
    readonly epochKeys: readonly { readonly id: string; readonly epoch: number }[];
    readonly request: RequestRecord | null;
  },
): Naming {
  const { versions, epochKeys, request } = known;
  const names = new Map<string, string>();
  if (incidentId !== null) names.set(incidentId, '<incident>');
  if (request !== null) {
    names.set(request.id, '<request>');
    // It covers where the targets stand.
    names.set(request.planHash, '<plan>');
  }
  for (const [index, run] of runs.entries()) names.set(run, `<run ${index + 1}>`);
  for (const { id, epoch } of epochKeys) names.set(id, `<key of epoch ${epoch}>`);
  for (const { id, epoch, ordinal } of versions) names.set(id, `<version ${epoch}.${ordinal}>`);
  return (text) =>
    [...names]
      .reduce((words, [id, name]) => words.replaceAll(id, name), text)
      .replaceAll(/\b(127\.0\.0\.1):\d+/g, '$1:<port>')
      .replaceAll(/\boid \d+/g, 'oid <oid>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}
