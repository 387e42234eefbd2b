import { RekeyError } from '../../shared/domain/errors.ts';
import { decideRequest } from '../../shared/driver/decide-request.ts';
import { planRotation } from '../../shared/driver/plan-rotation.ts';
import { reasonText } from '../../shared/driver/reason-text.ts';
import { requestRotation } from '../../shared/driver/request-rotation.ts';
import { requestView } from '../../shared/driver/request-view.ts';
import { rotationScopeNamed } from '../../shared/driver/rotation-scope.ts';
import { scopeNamed } from '../../shared/driver/scope-named.ts';
import type { Needs } from '../../shared/driver/services.ts';
import type { Saying, SlackActions } from '../../shared/driver/slack/actions.ts';
import { proposeBreakGlass } from '../../shared/driver/slack/propose-break-glass.ts';
import type { SlackPerson } from '../../shared/driver/slack/slack-person.ts';
import { startProposed } from '../../shared/driver/slack/start-proposed.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import { planBreakGlass } from '../plan-break-glass/handler.ts';
import { showIncident } from '../show-incident/handler.ts';
import { showStatus } from '../show-status/handler.ts';

/** The ports that it takes to do what the command line does. */
export const ACTING = [
  'registry',
  'audit',
  'pseudonyms',
  'packets',
  'plans',
  'workflows',
  'rotators',
  'clock',
] as const;

/** Each by the function that the command line calls, as the person that Slack's user is. */
export function createSlackActions(services: Needs<(typeof ACTING)[number]>, untilMs: number): SlackActions {
  const { registry, plans, clock } = services;
  const as = ({ person, source }: SlackPerson) => ({ untilMs, caller: { user: person, source } });
  return {
    status: (who) => showStatus.invoke(services, { v: 1 }, as(who)),

    incident: (who, incidentId) =>
      showIncident.invoke(services, { v: 1, ...(incidentId === undefined ? {} : { incidentId }) }, as(who)),

    async rotate({ identity, source }, { named, reason }, said) {
      const { secrets: refs, ...names } = named;
      refuseUnreadable(reason);
      const then = { ...services, ...repeatable(clock, said) };
      const plan = await planRotation(services, {
        scope: await rotationScopeNamed(services, { ...names, refs }),
      });
      const planHash = await plans.save(plan);
      const { id } = await requestRotation(then, { planHash, reason, identity, source });
      // What came twice was asked for as it was the first time.
      const request = await registry.request(id);
      if (request === null) throw new Error(`the request ${id} was not kept`);
      return requestView(request, clock.nowMs());
    },

    async propose(who, { named, cause, cutNow, since, principal }, said) {
      const { secrets, ...names } = named;
      const [secret] = secrets;
      const scope = await scopeNamed(services, { ...names, secret });
      const asked = {
        v: 1,
        scope,
        cause,
        cutNow,
        ...(since === undefined ? {} : { since }),
        ...(principal === undefined ? {} : { principal }),
      };
      const then = { ...services, ...repeatable(clock, said) };
      return proposeBreakGlass(services, who, await planBreakGlass.invoke(then, asked, as(who)), said);
    },

    async decide({ person, identity, source }, { requestId, planHash, decision }) {
      try {
        const request = await decideRequest(services, { requestId, planHash, decision, identity, source });
        return requestView(request, clock.nowMs());
      } catch (error) {
        const request = await registry.request(requestId);
        const before = request?.decisions.some((one) => one.person === person && one.decision === decision);
        // A second click, or Slack's second delivery of the first: it has been said, and is answered as it was.
        if (!(error instanceof RekeyError) || request === null || before !== true) throw error;
        return requestView(request, clock.nowMs());
      }
    },

    start: (who, asked) => startProposed(services, who, asked),
  };
}

/** Time and chance of what was said: done twice it comes to the same. */
function repeatable(clock: Clock, { key, atMs }: Saying): { clock: Clock; random: Random } {
  return {
    clock: { nowMs: () => atMs, sleep: (ms, signal) => clock.sleep(ms, signal) },
    random: {
      bytes: (length) => Uint8Array.from(Buffer.from(key, 'hex').subarray(0, length)),
      uuid: () => key,
    },
  };
}

function refuseUnreadable(reason: string): void {
  if (reasonText.safeParse(reason).success) return;
  throw new RekeyError({
    code: 'slack-command',
    family: 'Validation',
    message: '--reason is one line of at most 300 characters that all show',
    safe: 'Nothing was requested.',
    next: ['/rekey help'],
  });
}
