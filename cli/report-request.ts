import { formatDuration } from '../shared/domain/config/duration.ts';
import type { RequestView } from '../shared/driver/request-view.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { moment } from './screen/moment.ts';
import { scopeText } from './screen/rotation-plan.ts';

/** How a request stands: for people, or as one object for scripts. Answers what its end says to a script. */
export function reportRequest(context: Pick<Context, 'json' | 'print'>, view: RequestView): ExitCode {
  if (context.json) context.print(JSON.stringify(view));
  else for (const line of requestLines(view)) context.print(line);
  return exitOf(view);
}

function exitOf({ state, report }: RequestView): ExitCode {
  switch (state) {
    case 'pending':
      return EXIT.awaitingPeople;
    case 'approved':
    case 'running':
      return EXIT.done;
    case 'done':
      return report !== null && report.left + report.parked > 0 ? EXIT.unproven : EXIT.done;
    case 'declined':
    case 'expired':
    case 'cancelled':
    case 'voided':
      return EXIT.failed;
  }
}

function requestLines(view: RequestView): string[] {
  const { request, requester, policy } = view;
  return [
    `${request}: ${view.state}, ${scopeText(view.scope)} (${view.secrets} to rotate), by ${requester.person} (${requester.way})`,
    `  reason        ${view.reason}`,
    `  plan          ${view.planHash}`,
    `  requested     ${moment(view.requestedAtMs)}`,
    ...view.decisions.map(
      ({ person, way, decision, atMs, reason }) =>
        `  ${decision === 'approve' ? 'approved by ' : 'denied by   '}  ${person} (${way}), ${moment(atMs)}${reason === null ? '' : `: ${reason}`}`,
    ),
    ...(view.state === 'pending' ? waitingLines(view) : []),
    ...(view.state === 'approved' && view.notBeforeMs !== null
      ? [`  begins        ${moment(view.notBeforeMs)}; until then: rekey deny ${request} --reason TEXT`]
      : []),
    ...voidedLines(view),
    ...reportLines(view),
    ...(view.state === 'expired'
      ? [`  nobody decided within ${formatDuration(policy.lifetimeMs)}: rekey rotate … asks again`]
      : []),
  ];
}

function waitingLines({ request, missing, policy, expiresAtMs }: RequestView): string[] {
  const who = policy.groups.length === 0 ? 'of those among people' : `of ${policy.groups.join(', ')}`;
  const wanted =
    missing === 0
      ? '  waits         enough have spoken: quiet hours are over, and one of them says so again'
      : `  waits for     ${missing} more ${who}, until ${moment(expiresAtMs)}`;
  return [wanted, `                rekey approve ${request}, or rekey deny ${request} --reason TEXT`];
}

function voidedLines({ differences }: RequestView): string[] {
  if (differences === null) return [];
  const more = differences.count - differences.first.length;
  return [
    '  what was approved is no more what would happen:',
    ...differences.first.map(({ text }) => `    ${text}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    '  nothing was rotated: rekey rotate … shows the plan as it is now',
  ];
}

function reportLines({ report, secrets }: RequestView): string[] {
  if (report === null) return [];
  return [
    `  rotated       ${report.promoted} of ${secrets}, ${report.settled} with the old credential proven dead`,
    ...(report.left > 0
      ? [`  left          ${report.left} that nothing came of: rekey rotate … for them alone`]
      : []),
    ...report.aside.map(({ ref, code, message }) => `  set aside     ${ref}: ${code}: ${message}`),
    ...(report.parked > report.aside.length
      ? [`                and ${report.parked - report.aside.length} more`]
      : []),
  ];
}
