import { randomBytes } from 'node:crypto';
import { ensureEngine } from '../../local/engine/launch.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import type { State } from '../../local/state.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import type { Scope } from '../../shared/domain/class.ts';
import { parseDuration } from '../../shared/domain/config/duration.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Plan } from '../../shared/domain/incident.ts';
import { suggestNearest } from '../../shared/domain/nearest.ts';
import { planBreakGlass } from '../../shared/driver/plan-break-glass.ts';
import { carryOn } from '../carry-on.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';
import { renderPlan } from '../screen/plan.ts';

export interface BreakGlassOptions {
  readonly class?: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly secret?: string;
  readonly cause?: Cause;
  readonly since?: string;
  readonly principal?: string;
  readonly cut?: 'now';
  readonly yes?: boolean;
  readonly planHash?: string;
  readonly plan?: boolean;
}

/** Times of a run with `--yes` start with the process. */
const startedAtMs = Math.round(performance.timeOrigin);

export async function breakGlass(context: Context, options: BreakGlassOptions): Promise<ExitCode> {
  return withState(context, async (state) => {
    await carryOn(context, state);
    // While the plan is read the engine gets ready: from the Enter on nothing waits for a process to start.
    if (options.plan !== true) ensureEngine(context.home);
    const scope = await scopeOf(state, options);
    const cause = options.cause ?? (await askCause(context));
    const fresh = await planBreakGlass(state.services, {
      scope,
      cause,
      cutNow: options.cut === 'now',
      ...(options.since === undefined
        ? {}
        : { sinceMs: sinceOf(options.since, state.services.clock.nowMs()) }),
      ...(options.principal === undefined ? {} : { principal: options.principal }),
    });
    const plan = await withLookedAtTime(state, fresh, options);
    const planHash = await state.services.plans.save(plan);
    const targets = await state.services.registry.targets();
    const kinds = new Map(targets.map((target) => [target.id, target.kind]));
    const gaps = Object.values(state.services.rotators)
      .filter((rotator) => plan.secrets.some((secret) => kinds.get(secret.target) === rotator.kind))
      .map(({ kind, gap }) => ({ kind, gap }));
    context.say(renderPlan(plan, planHash, gaps));
    if (options.plan === true) {
      if (context.json) context.print(JSON.stringify({ planHash, plan }));
      return EXIT.done;
    }
    const confirmedAtMs = await confirm(context, options, plan, planHash, state);
    const id = incidentId(scope.className, confirmedAtMs);
    createStartRequests(state.database).ask({
      name: id,
      machine: 'break-glass',
      input: { v: 1, incidentId: id, planHash, startedBy: context.user, confirmedAtMs, again: false },
    });
    ensureEngine(context.home);
    const watched = await followIncident(context, state, id, id);
    if (watched === null) {
      context.say(`detached; it goes on by itself: rekey watch ${id}`);
      return EXIT.done;
    }
    await reportIncident(context, state, watched.incident);
    return watched.code;
  });
}

async function scopeOf(state: State, options: BreakGlassOptions): Promise<Scope> {
  const { classes, secrets } = await state.services.registry.enrolment();
  const bySecret = secrets.find((secret) => secret.ref === options.secret);
  const named = options.class ?? bySecret?.className ?? onlyClassOf(secrets, options);
  const mistakes: string[] = [];
  const check = (what: string, word: string | undefined, candidates: readonly string[]) => {
    if (word === undefined || candidates.includes(word)) return;
    const nearest = suggestNearest(word, candidates);
    mistakes.push(`there is no ${what} ${word}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`);
  };
  if (named === undefined)
    mistakes.push('which class? Give --class, or a --secret, --tenant or --target of one class');
  check(
    'class',
    options.class,
    classes.map((record) => record.name),
  );
  const inClass = secrets.filter((secret) => secret.className === named);
  check('tenant', options.tenant, [...new Set(inClass.map((secret) => secret.tenant))]);
  check('target', options.target, [...new Set(inClass.map((secret) => secret.target))]);
  check(
    'secret',
    options.secret,
    inClass.map((secret) => secret.ref),
  );
  if (mistakes.length > 0) {
    throw new RekeyError({
      code: 'scope-unknown',
      family: 'Validation',
      message: mistakes.join('\n'),
      safe: 'Nothing was changed.',
      next: ['rekey status'],
    });
  }
  return {
    className: named ?? '',
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.secret === undefined ? {} : { secretRef: options.secret }),
  };
}

/** Where a tenant or target lies in one class alone, the class need not be named. */
function onlyClassOf(
  secrets: readonly { readonly className: string; readonly tenant: string; readonly target: string }[],
  { tenant, target }: BreakGlassOptions,
): string | undefined {
  if (tenant === undefined && target === undefined) return undefined;
  const names = new Set(
    secrets
      .filter(
        (secret) =>
          (tenant ?? secret.tenant) === secret.tenant && (target ?? secret.target) === secret.target,
      )
      .map((secret) => secret.className),
  );
  return names.size === 1 ? [...names][0] : undefined;
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

function sinceOf(text: string, nowMs: number): number {
  const age = parseDuration(text);
  const at = age === null ? Date.parse(text) : nowMs - age;
  if (Number.isFinite(at)) return at;
  throw new RekeyError({
    code: 'since-unreadable',
    family: 'Validation',
    message: `--since ${text} is neither a time (2026-11-24T03:00:00Z) nor an age (2h)`,
    safe: 'Nothing was changed.',
  });
}

/** An age (`--since 2h`) is another time at each call: of a plan that was looked at, its own time is kept. */
async function withLookedAtTime(state: State, fresh: Plan, options: BreakGlassOptions): Promise<Plan> {
  if (options.planHash === undefined || options.since === undefined || parseDuration(options.since) === null)
    return fresh;
  try {
    const { sinceMs } = await state.services.plans.load(options.planHash);
    return sinceMs === undefined ? fresh : { ...fresh, sinceMs };
  } catch (error) {
    if (error instanceof RekeyError && error.code === 'plan-unknown') return fresh;
    throw error;
  }
}

/** When the plan was confirmed: at the Enter, or with `--yes` at the start of the process. */
async function confirm(
  context: Context,
  options: BreakGlassOptions,
  plan: Plan,
  planHash: string,
  state: State,
): Promise<number> {
  if (options.yes === true) {
    if (options.planHash !== planHash) {
      throw new RekeyError({
        code: 'plan-hash',
        family: 'Validation',
        message:
          options.planHash === undefined
            ? `--yes needs --plan-hash: it says which plan was looked at (${planHash} now)`
            : `the plan is ${planHash} now, ${options.planHash} was looked at: something changed in between`,
        safe: 'Nothing was changed.',
        next: ['rekey break-glass … --plan'],
      });
    }
    return startedAtMs;
  }
  const answer = await context.ask(`Type the class's name to break the glass: `);
  if (answer === plan.scope.className) return state.services.clock.nowMs();
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

/** `inc-<day>-<class>-<random>`: at most 48 characters, so that it fits into `application_name` with the worker's. */
function incidentId(className: string, nowMs: number): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
  const name = className
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 24);
  return `inc-${day}-${name}-${randomBytes(2).toString('hex')}`;
}
