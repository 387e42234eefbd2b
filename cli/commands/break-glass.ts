import { nameScope } from '../../functions/name-scope/handler.ts';
import { planBreakGlass } from '../../functions/plan-break-glass/handler.ts';
import { startBreakGlass } from '../../functions/start-break-glass/handler.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Plan } from '../../shared/domain/incident.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { insistOnLookedAt } from '../looked-at-plan.ts';
import { noteStep } from '../note-step.ts';
import { followIncident, type Watched } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';
import { renderPlan } from '../screen/plan.ts';
import { withFace } from '../with-face.ts';

export interface BreakGlassOptions {
  readonly class?: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly secret?: string;
  readonly cause?: Cause;
  readonly since?: string;
  readonly principal?: string;
  readonly cut?: 'now';
  readonly case?: string;
  readonly yes?: boolean;
  readonly planHash?: string;
  readonly plan?: boolean;
}

/** Times of a run with `--yes` start with the process. */
const startedAtMs = Math.round(performance.timeOrigin);

export async function breakGlass(context: Context, options: BreakGlassOptions): Promise<ExitCode> {
  return withFace(context, async (face) => {
    // From the Enter on nothing waits for a process to start.
    if (options.plan !== true) face.getReady();
    const { class: className, tenant, target, secret, since, principal } = options;
    const { scope } = await face.call(nameScope, { class: className, tenant, target, secret });
    const cause = options.cause ?? (await askCause(context));
    const { planHash, plan, gaps } = await face.call(planBreakGlass, {
      scope,
      cause,
      cutNow: options.cut === 'now',
      since,
      principal,
      lookedAt: options.planHash,
    });
    context.show(renderPlan(plan, planHash, gaps));
    if (options.plan === true) {
      if (context.json) context.print(JSON.stringify({ planHash, plan }));
      return EXIT.done;
    }
    const confirmedAtMs = await confirm(context, options, plan, planHash);
    const { incidentId } = await face.call(startBreakGlass, { planHash, confirmedAtMs });
    let watched: Watched | null;
    try {
      watched = await followIncident(face, incidentId);
    } finally {
      // By then there is an incident: before, it was only asked for.
      await noteStep(context, face, { caseId: options.case, operation: incidentId });
    }
    if (watched === null) {
      context.say(`detached; it goes on by itself: rekey watch ${incidentId}`);
      return EXIT.done;
    }
    reportIncident(context, watched.view);
    return watched.code;
  });
}

async function askCause(context: Context): Promise<Cause> {
  const answer = await context.ask('What happened? values-leaked, reader-compromised or unknown: ');
  if (answer === 'values-leaked' || answer === 'reader-compromised' || answer === 'unknown') return answer;
  throw new RekeyError({
    code: 'cause-missing',
    family: 'Validation',
    message:
      '--cause says what happened (values-leaked, reader-compromised, unknown): it decides the containment',
    safe: 'Nothing was changed.',
    next: ['rekey break-glass … --cause unknown'],
  });
}

/** When the plan was confirmed: at the Enter, or with `--yes` at the start of the process. */
async function confirm(
  context: Context,
  options: BreakGlassOptions,
  plan: Plan,
  planHash: string,
): Promise<number> {
  if (options.yes === true) {
    insistOnLookedAt(options.planHash, planHash, {
      safe: 'Nothing was changed.',
      next: 'rekey break-glass … --plan',
    });
    return startedAtMs;
  }
  const answer = await context.ask(`Type the class's name to break the glass: `);
  if (answer === plan.scope.className) return Date.now();
  throw new RekeyError({
    code: 'not-confirmed',
    family: 'Validation',
    message:
      answer === null
        ? 'there is no terminal to confirm at: --yes --plan-hash does'
        : 'that is not the class’s name',
    safe: 'Nothing was changed.',
    next: [`rekey break-glass … --yes --plan-hash ${planHash}`],
  });
}
