import type { Cause } from '../domain/cause.ts';
import { containmentOf } from '../domain/cause.ts';
import type { Scope } from '../domain/class.ts';
import { RekeyError } from '../domain/errors.ts';
import { given } from '../domain/given.ts';
import type { Plan } from '../domain/incident.ts';
import { isBy, isOfValue } from '../domain/reads/value-read.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { TargetRecord } from '../domain/target.ts';
import { whoIsMeant } from './pseudonym/name-people.ts';
import type { Needs } from './services.ts';

export interface PlanRequest {
  readonly scope: Scope;
  readonly cause: Cause;
  readonly cutNow: boolean;
  readonly sinceMs?: number;
  readonly principal?: string;
}

/** Freezes exactly what a break-glass would do now. Changes nothing. Secrets that only people can replace are in it too: what is left out would look done. */
export async function planBreakGlass(
  services: Needs<'registry' | 'audit' | 'pseudonyms'>,
  { principal, ...request }: PlanRequest,
): Promise<Plan> {
  const meant = principal === undefined ? undefined : await whoIsMeant(services, principal);
  return freeze(services, { ...request, ...given('principal', meant?.name) }, (targets) =>
    request.cause === 'values-leaked' ? NOBODY : readAdmins(services, meant?.called, targets),
  );
}

/** The same of values that leaked, for who may not look at the audit: whoever read is honest then. */
export function planForLeak(
  services: Needs<'registry'>,
  request: { readonly scope: Scope; readonly sinceMs: number },
): Promise<Plan> {
  return freeze(services, { ...request, cause: 'values-leaked', cutNow: false }, () => NOBODY);
}

type ReadAdmins = (
  targets: readonly TargetRecord[],
) => ReadonlySet<string | undefined> | Promise<ReadonlySet<string | undefined>>;

const NOBODY: ReadonlySet<string | undefined> = new Set();

async function freeze(
  services: Needs<'registry'>,
  request: PlanRequest,
  adminsRead: ReadAdmins,
): Promise<Plan> {
  const { scope, cause, cutNow, sinceMs, principal } = request;
  const record = await services.registry.classNamed(scope.className);
  if (record === null) {
    throw new RekeyError({
      code: 'class-unknown',
      family: 'NotFound',
      message: `there is no class ${scope.className}`,
      safe: 'Nothing was changed.',
      next: ['rekey status'],
    });
  }
  await refuseWhereUnderWay(services, scope, record.incidents);
  const secrets = await services.registry.secretsIn(scope);
  const { fence, cut } = containmentOf(cause, cutNow);
  return {
    v: 1,
    scope,
    cause,
    fence,
    cut,
    fromEpoch: record.epoch,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(principal === undefined ? {} : { principal }),
    secrets: secrets.map(({ ref, target, currentVersionId }) => ({
      ref,
      target,
      ...(currentVersionId === undefined ? {} : { versionId: currentVersionId }),
    })),
    consumers: [...new Set(secrets.flatMap((secret) => secret.consumers))].sort(),
    exposedAdmins: await exposedAdmins(services, secrets, adminsRead),
  };
}

/** Two responders on one scope: the second is shown the first one's incident. A wider scope pre-empts a narrower one. */
async function refuseWhereUnderWay(
  services: Needs<'registry'>,
  scope: Scope,
  open: readonly string[],
): Promise<void> {
  for (const id of open) {
    const incident = await services.registry.incident(id);
    if (incident === null) continue;
    const { className, tenant, target, secretRef } = incident.plan.scope;
    const covers =
      className === scope.className &&
      (tenant === undefined || tenant === scope.tenant) &&
      (target === undefined || target === scope.target) &&
      (secretRef === undefined || secretRef === scope.secretRef);
    if (covers) {
      throw new RekeyError({
        code: 'already-under-way',
        family: 'Conflict',
        message: `${incident.startedBy} started ${id} on this scope already`,
        safe: 'Nothing was changed by this command.',
        next: [`rekey watch ${id}`, `rekey resume ${id}`],
      });
    }
  }
}

/**
 * First admin credentials that are themselves to be replaced, that the principal has read, by the audit's word, or, where he
 * is not named, that anyone has: their target is worked at through its next admin that is none of these, where there is one.
 */
async function exposedAdmins(
  services: Needs<'registry'>,
  secrets: readonly SecretRecord[],
  adminsRead: ReadAdmins,
): Promise<Plan['exposedAdmins']> {
  const replaced = new Set<string>(secrets.map(({ ref }) => ref));
  const targetIds = new Set(secrets.map(({ target }) => target));
  const targets = (await services.registry.targets()).filter(({ id }) => targetIds.has(id));
  const read = await adminsRead(targets);
  const exposed = ({ passwordRef }: { readonly passwordRef: string }) =>
    replaced.has(passwordRef) || read.has(passwordRef);
  return targets.flatMap(({ id, admins }) => {
    const [first, ...others] = admins;
    if (first === undefined || !exposed(first)) return [];
    const through = others.find((admin) => !exposed(admin));
    return [
      {
        target: id,
        admin: first.passwordRef,
        ...(through === undefined ? {} : { through: through.passwordRef }),
      },
    ];
  });
}

async function readAdmins(
  services: Needs<'audit'>,
  called: readonly string[] | undefined,
  targets: readonly TargetRecord[],
): Promise<ReadonlySet<string | undefined>> {
  const reads = await services.audit.find({
    action: ['read'],
    refs: [...new Set(targets.flatMap((target) => target.admins.map((admin) => admin.passwordRef)))],
  });
  return new Set(
    reads
      .filter(
        (entry) =>
          entry.outcome === 'success' && isOfValue(entry) && (called === undefined || isBy(entry, called)),
      )
      .map((entry) => entry.ref),
  );
}
