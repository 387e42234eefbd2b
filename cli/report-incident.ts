import { brakeText } from '../shared/domain/brake.ts';
import { elapsedText } from '../shared/domain/elapsed.ts';
import { given } from '../shared/domain/given.ts';
import type { IncidentView } from '../shared/driver/incident-view.ts';
import type { Context } from './context.ts';

function incidentLines(view: IncidentView, late: number): string[] {
  const took = (ms: number | null) => (ms === null ? 'not observed' : elapsedText(ms));
  const lines = [
    `${view.incident}: ${view.state}, ${view.cause}, started by ${view.startedBy}`,
    `  proven dead   ${view.provenRevoked} of ${view.secrets} old credentials`,
    ...(view.fence || view.cut
      ? [`  contained     ${took(view.containMs)}${view.cut ? `, cut ${took(view.cutMs)}` : ''}`]
      : []),
    `  re-issued     ${took(view.reissueMs)}`,
    `  proven        ${took(view.proveMs)}`,
    ...(view.brake === null
      ? []
      : [`  re-issue ${brakeText(view.brake)}: rekey brake --class ${view.scope.className} --release`]),
  ];
  for (const { layer, target, state, detail } of view.layers) {
    lines.push(`  ${layer}${target === undefined ? '' : ` ${target}`}: ${state}: ${detail}`);
  }
  for (const { target, parked, total, proven } of view.targets) {
    if (target === '' && proven < total)
      lines.push(
        `  by hand       ${total - proven} of ${total}: replace at the issuer, then rekey secret put REF`,
      );
    for (const { code, count, firstRefs } of parked) {
      lines.push(
        `  parked at ${target}: ${count} × ${code} (${firstRefs.join(', ')}${count > firstRefs.length ? ', …' : ''})`,
      );
    }
  }
  if (view.packet !== null) lines.push(`  packet        ${view.packet}`);
  if (late > 0)
    lines.push(
      `  ${late} ${late === 1 ? 'read' : 'reads'} of before the packet came to be known after it and ${late === 1 ? 'is' : 'are'} not in it: rekey resume ${view.incident} writes a further one`,
    );
  if (view.state === 'awaiting-reopen') {
    lines.push(`  waits for two people: rekey reopen ${view.incident} --person NAME --key FILE`);
  } else if (view.unproven > 0 && view.state !== 'restored') {
    lines.push(`  ${view.unproven} are not proven dead: rekey resume ${view.incident}`);
  }
  return lines;
}

/** What an incident came to: for people, or as one object for scripts. `lateReads` are not in its newest packet. */
export function reportIncident(
  context: Pick<Context, 'json' | 'print'>,
  view: IncidentView,
  lateReads?: number,
): void {
  if (context.json) context.print(JSON.stringify({ ...view, ...given('lateReads', lateReads) }));
  else for (const line of incidentLines(view, lateReads ?? 0)) context.print(line);
}
