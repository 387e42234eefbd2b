import { RekeyError } from '../domain/errors.ts';
import { suggestNearest } from '../domain/nearest.ts';
import type { RotationScope } from '../domain/request/plan.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { scopeNamed } from './scope-named.ts';
import type { Needs } from './services.ts';

/** What a person names: a class, or what lies within one alone, or secrets of one class. */
export interface RotationNames {
  readonly class?: string | undefined;
  readonly tenant?: string | undefined;
  readonly target?: string | undefined;
  readonly refs?: readonly string[] | undefined;
}

/** The scope that the names mean. `Validation` `scope-unknown` with every mistake, and the nearest names, where there is none. */
export async function rotationScopeNamed(
  services: Needs<'registry'>,
  { refs = [], ...names }: RotationNames,
): Promise<RotationScope> {
  if (refs.length === 0) {
    const { className, tenant, target } = await scopeNamed(services, names);
    return {
      className,
      ...(tenant === undefined ? {} : { tenant }),
      ...(target === undefined ? {} : { target }),
    };
  }
  const { secrets } = await services.registry.enrolment();
  const known = new Map(secrets.map((secret) => [secret.ref as string, secret]));
  const named = [...new Set(refs)].sort();
  const unknown = named.filter((ref) => !known.has(ref));
  const classes = [...new Set(named.flatMap((ref) => known.get(ref)?.className ?? []))];
  const mistakes = unknown.map((ref) => {
    const nearest = suggestNearest(ref, [...known.keys()]);
    return `there is no secret ${ref}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`;
  });
  if (classes.length > 1)
    mistakes.push(`the secrets are of several classes (${classes.join(', ')}): one request is for one`);
  const [className] = classes;
  if (className === undefined || mistakes.length > 0) throw scopeUnknown(mistakes);
  // What else was named has to fit them, by the same words.
  await scopeNamed(services, { ...names, class: names.class ?? className });
  const outside = named.filter((ref) => {
    const secret = known.get(ref);
    return (
      secret?.className !== (names.class ?? className) ||
      secret.tenant !== (names.tenant ?? secret.tenant) ||
      secret.target !== (names.target ?? secret.target)
    );
  });
  if (outside.length > 0)
    throw scopeUnknown(outside.map((ref) => `${ref} is not in what --class, --tenant or --target name`));
  return { className, secretRefs: named as SecretRef[] };
}

function scopeUnknown(mistakes: readonly string[]): RekeyError {
  return new RekeyError({
    code: 'scope-unknown',
    family: 'Validation',
    message: mistakes.join('\n'),
    safe: 'Nothing was changed.',
    next: ['rekey status'],
  });
}
