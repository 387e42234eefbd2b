import { canonicalJson } from '../canonical.ts';
import { formatDuration } from '../config/duration.ts';
import { freezeRotation, type PlannedSecret, type RotationPlan, type RotationWorld } from './plan.ts';

/** One thing that has changed since people were shown a plan. */
export interface Difference {
  readonly what:
    | 'class-removed'
    | 'epoch-moved'
    | 'grace-changed'
    | 'secret-enrolled'
    | 'secret-removed'
    | 'secret-moved'
    | 'version-moved'
    | 'consumer-added'
    | 'consumer-removed'
    | 'consumer-changed'
    | 'target-gone'
    | 'target-changed'
    | 'plan-changed'
    | 'requester-left'
    | 'approver-left';
  /** What it happened to. */
  readonly about: string;
  /** For people, with what was and what is. Holds no value. */
  readonly text: string;
}

/**
 * What has changed since the plan was frozen; none: it is still exactly what would be frozen now. `world` null: the class is
 * no more. Pure.
 */
export function differenceFromWorld(plan: RotationPlan, world: RotationWorld | null): Difference[] {
  const { scope, notBeforeMs } = plan;
  if (world === null) {
    return [
      { what: 'class-removed', about: scope.className, text: `the class ${scope.className} is no more` },
    ];
  }
  const now = freezeRotation({ scope, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) }, world);
  if (canonicalJson(now) === canonicalJson(plan)) return [];
  const found = [
    ...ofClass(plan, now),
    ...ofSecrets(plan, now),
    ...ofTargets(plan, now),
    ...ofConsumers(plan, now),
  ];
  // Whatever is not named one by one is a difference all the same.
  const text = 'the order, the effects or what people replace by hand came out otherwise';
  return found.length > 0 ? found : [{ what: 'plan-changed', about: scope.className, text }];
}

function ofClass(plan: RotationPlan, now: RotationPlan): Difference[] {
  const { className } = plan.scope;
  return [
    ...(plan.epoch === now.epoch
      ? []
      : [
          {
            what: 'epoch-moved' as const,
            about: className,
            text: `a break-glass moved ${className} from epoch ${plan.epoch} to ${now.epoch}`,
          },
        ]),
    ...(plan.graceMs === now.graceMs
      ? []
      : [
          {
            what: 'grace-changed' as const,
            about: className,
            text: `grace was ${formatDuration(plan.graceMs)} and is ${formatDuration(now.graceMs)}`,
          },
        ]),
  ];
}

function ofSecrets(plan: RotationPlan, now: RotationPlan): Difference[] {
  const before = new Map(plan.secrets.map((secret) => [secret.ref, secret]));
  const after = new Map(now.secrets.map((secret) => [secret.ref, secret]));
  return [
    ...now.secrets.flatMap(({ ref }): Difference[] =>
      before.has(ref) ? [] : [{ what: 'secret-enrolled', about: ref, text: `${ref} is in the scope now` }],
    ),
    ...plan.secrets.flatMap((was) => {
      const is = after.get(was.ref);
      return is === undefined
        ? [{ what: 'secret-removed' as const, about: was.ref, text: `${was.ref} is no more in the scope` }]
        : ofSecret(was, is);
    }),
  ];
}

function ofSecret(was: PlannedSecret, is: PlannedSecret): Difference[] {
  const { ref } = was;
  const found: Difference[] = [];
  if (was.versionId !== is.versionId) {
    const text = `${ref} had version ${was.versionId ?? 'none'} and has ${is.versionId ?? 'none'}`;
    found.push({ what: 'version-moved', about: ref, text });
  }
  const placeOf = ({ tenant, target, account }: PlannedSecret) => canonicalJson({ tenant, target, account });
  if (placeOf(was) !== placeOf(is)) {
    found.push({ what: 'secret-moved', about: ref, text: `${ref}: ${placeOf(was)} → ${placeOf(is)}` });
  }
  for (const name of is.consumers) {
    if (was.consumers.includes(name)) continue;
    found.push({ what: 'consumer-added', about: name, text: `${name} is told of ${ref} now` });
  }
  for (const name of was.consumers) {
    if (is.consumers.includes(name)) continue;
    found.push({ what: 'consumer-removed', about: name, text: `${name} is no more told of ${ref}` });
  }
  return found;
}

function ofTargets(plan: RotationPlan, now: RotationPlan): Difference[] {
  const after = new Map(now.targets.map((target) => [target.id, target]));
  return plan.targets.flatMap((was): Difference[] => {
    const is = after.get(was.id);
    // A secret that left it has said so itself.
    const used = now.secrets.some(({ target }) => target === was.id);
    if (is === undefined)
      return used ? [{ what: 'target-gone', about: was.id, text: `the target ${was.id} is no more` }] : [];
    if (canonicalJson(is) === canonicalJson(was)) return [];
    const text = `the target ${was.id} is another: its kind, its connection or its admins were changed`;
    return [{ what: 'target-changed', about: was.id, text }];
  });
}

function ofConsumers(plan: RotationPlan, now: RotationPlan): Difference[] {
  const after = new Map(now.consumers.map(({ name, mustConfirm }) => [name, mustConfirm]));
  return plan.consumers.flatMap(({ name, mustConfirm }): Difference[] => {
    const is = after.get(name);
    if (is === undefined || is === mustConfirm) return [];
    const text = is ? `${name} has to confirm now` : `${name} no more has to confirm`;
    return [{ what: 'consumer-changed', about: name, text }];
  });
}
