import { versionId } from '../domain/begin.ts';
import { RekeyError } from '../domain/errors.ts';
import { suggestNearest } from '../domain/nearest.ts';
import { LEASE_MS } from '../domain/secret.ts';
import { isSecretRef, type SecretRef } from '../domain/secret-ref.ts';
import type { VersionRecord } from '../domain/version.ts';
import type { SecretChange } from '../ports/registry.ts';
import type { Issued, Rotator } from '../rotators/rotator.ts';
import type { Needs } from './services.ts';

/** What stands against putting one of the values, by its place among them. */
export interface Refusal {
  readonly index: number;
  /** Neither the value nor what stands where a reference should: the two may have been mixed up. */
  readonly message: string;
}

export async function refusalsOf(
  { registry }: Needs<'registry'>,
  values: readonly { readonly ref: string }[],
): Promise<Refusal[]> {
  const refs = [...new Set(values.map(({ ref }) => ref))].filter(isSecretRef);
  const known = new Map((await registry.secrets(refs)).map((secret) => [secret.ref as string, secret]));
  const candidates =
    known.size < refs.length ? (await registry.enrolment()).secrets.map((secret) => secret.ref) : [];
  const seen = new Set<string>();
  return values.flatMap(({ ref }, index) => {
    const again = seen.has(ref);
    seen.add(ref);
    if (!isSecretRef(ref)) return { index, message: 'what should be a reference (vault://…) is none' };
    const secret = known.get(ref);
    if (secret === undefined) {
      const nearest = suggestNearest(ref, candidates);
      const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`;
      return { index, message: `${ref} is not enrolled${hint}` };
    }
    if (secret.rotation !== undefined)
      return { index, message: `${ref} is being rotated by ${secret.rotation.operation}` };
    return again ? { index, message: `${ref} is given twice` } : [];
  });
}

/**
 * Puts values that people hold: first values, or (`replace`) the next value of a secret that no rotator changes. Nothing is
 * changed at a target. All of them or none. Answers what was put; without `replace`, what has a value is left alone.
 */
export async function putValues(
  services: Needs<'registry' | 'store' | 'keys' | 'rotators' | 'clock' | 'random'>,
  values: readonly { readonly ref: string; readonly value: string }[],
  by: { readonly user: string; readonly source: string; readonly replace: boolean },
): Promise<{ readonly ref: SecretRef; readonly versionId: string }[]> {
  const { registry, store, keys, clock, random } = services;
  const { rotators } = services;
  const asked = await services.registry.secrets(values.flatMap(({ ref }) => (isSecretRef(ref) ? ref : [])));
  const accounts = new Map(asked.map((secret) => [secret.ref as string, secret]));
  const takes = values.map(({ ref, value }) => {
    const secret = accounts.get(ref);
    return (secret && rotators[secret.kind]?.takes?.(secret.account, value)) ?? {};
  });
  const refusals = [
    ...(await refusalsOf(services, values)),
    ...takes.flatMap((take, index) =>
      'refused' in take ? { index, message: `${values[index]?.ref}: ${take.refused}` } : [],
    ),
  ];
  if (refusals.length > 0) {
    throw new RekeyError({
      code: 'values-refused',
      family: 'Validation',
      message: refusals.map(({ message }) => message).join('\n'),
      safe: 'No value was stored.',
      next: ['rekey status'],
    });
  }
  const secrets = await registry.secrets(values.map(({ ref }) => ref as SecretRef));
  const known = new Map(secrets.map((secret) => [secret.ref as string, secret]));
  const names = new Map(values.map(({ ref }, index) => [ref, namesIn(takes[index])]));
  const wanted = values.filter(({ ref }) => by.replace || known.get(ref)?.currentVersionId === undefined);
  const nowMs = clock.nowMs();
  const operation = `put-${random.uuid().slice(0, 8)}`;
  const epochs = new Map<string, number | undefined>();
  for (const className of new Set(secrets.map((secret) => secret.className))) {
    epochs.set(className, (await registry.classNamed(className))?.epoch);
  }
  const claims = await registry.claim(
    wanted.map(({ ref }) => ref as SecretRef),
    {
      operation,
      epoch: Number.MAX_SAFE_INTEGER,
      holder: random.uuid().slice(0, 8),
      nowMs,
      leaseMs: LEASE_MS,
    },
  );
  const changes: SecretChange[] = [];
  const seals = [];
  for (const [index, { ref, value }] of wanted.entries()) {
    const claim = claims[index];
    if (claim?.outcome !== 'claimed') throw new Error(`${ref} could not be claimed`);
    const { secret, versions } = claim;
    const epoch = epochs.get(secret.className) ?? secret.epoch;
    const key = await keys.ensure(secret.className, epoch, 'open');
    const ordinal = secret.ordinal + 1;
    const { handle } = names.get(ref) ?? {};
    const issued: VersionRecord = {
      v: 1,
      ref: secret.ref,
      id: versionId(secret.ref, epoch, ordinal),
      ordinal,
      epoch,
      keyId: key.id,
      fate: 'live',
      operation,
      valueHeld: true,
      ...names.get(ref),
      createdAtMs: nowMs,
      promotedAtMs: nowMs,
    };
    seals.push({ ref: secret.ref, versionId: issued.id, epoch, keyId: key.id, value });
    const { claim: _claim, ...rest } = secret;
    changes.push({
      token: secret.fencing,
      secret: {
        ...rest,
        ordinal,
        epoch,
        currentVersionId: issued.id,
        valueSinceMs: nowMs,
        ...(handle === undefined ? {} : { handles: [...new Set([...(secret.handles ?? []), handle])] }),
      },
      versions: [
        // What it replaces was changed by a person's hand: nobody has seen the old one refused.
        ...versions.map((version) => ({
          ...version,
          fate: 'revoked-unproven' as const,
          reason: 'replaced by hand',
        })),
        issued,
      ],
      deliveries: [],
      entries: [
        {
          v: 1,
          id: `${operation}:${ref}`,
          atMs: nowMs,
          action: 'import',
          outcome: 'success',
          actor: { user: by.user },
          source: by.source,
          operation,
          ref,
          className: secret.className,
          tenant: secret.tenant,
          target: secret.target,
          versionId: issued.id,
          epoch,
          fate: 'live',
        },
      ],
    });
  }
  // The names are taken before anything is stored under them: the store keeps a name's first value, and a put that dies here
  // must not leave its own to the next one.
  await registry.record(
    claims.flatMap((claim) =>
      claim.outcome === 'claimed'
        ? {
            token: claim.secret.fencing,
            secret: { ...claim.secret, ordinal: claim.secret.ordinal + 1 },
            versions: [],
            deliveries: [],
            entries: [],
          }
        : [],
    ),
  );
  // Durable before anyone is told that it is there.
  const puts = await store.putPending(seals);
  const taken = seals.filter((_, index) => puts[index] === 'there').map(({ ref }) => ref);
  if (taken.length > 0) {
    throw new RekeyError({
      code: 'value-name-taken',
      family: 'Conflict',
      message: `the store has a value under the next name of ${taken.join(', ')}, which the registry does not know of: the registry is older than the store`,
      safe: 'No value was given to readers. Its name is not used again.',
      next: ['the same command again'],
    });
  }
  const stale = await registry.record(changes);
  if (stale.length > 0) {
    throw new RekeyError({
      code: 'values-overtaken',
      family: 'Conflict',
      message: `${stale.join(', ')} was taken by another operation meanwhile`,
      safe: 'The other values are stored.',
      next: ['the same command again'],
    });
  }
  await store.promote(seals.map(({ ref, versionId }) => ({ ref, versionId })));
  return seals.map(({ ref, versionId }) => ({ ref, versionId }));
}

/** How target and issuer tell it from the account's others. */
function namesIn(
  take: ReturnType<NonNullable<Rotator['takes']>> | undefined,
): Pick<Issued, 'slot' | 'handle'> {
  return take === undefined || 'refused' in take ? {} : take;
}
