import type { Scope } from '../domain/class.ts';
import { RekeyError } from '../domain/errors.ts';
import { suggestNearest } from '../domain/nearest.ts';
import type { Needs } from './services.ts';

/** What a responder names: a class, or what lies within one alone. */
interface Names {
  readonly class?: string | undefined;
  readonly tenant?: string | undefined;
  readonly target?: string | undefined;
  readonly secret?: string | undefined;
}

/** The scope that the names mean. `Validation` `scope-unknown` with every mistake, and the nearest names, where there is none. */
export async function scopeNamed(services: Needs<'registry'>, names: Names): Promise<Scope> {
  const { classes, secrets } = await services.registry.enrolment();
  const bySecret = secrets.find((secret) => secret.ref === names.secret);
  const named = names.class ?? bySecret?.className ?? onlyClassOf(secrets, names);
  const mistakes: string[] = [];
  const check = (what: string, word: string | undefined, candidates: readonly string[]) => {
    if (word === undefined || candidates.includes(word)) return;
    const nearest = suggestNearest(word, candidates);
    mistakes.push(`there is no ${what} ${word}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`);
  };
  check(
    'class',
    names.class,
    classes.map((record) => record.name),
  );
  const known = classes.some((record) => record.name === named);
  const inClass = known ? secrets.filter((secret) => secret.className === named) : secrets;
  check('tenant', names.tenant, [...new Set(inClass.map((secret) => secret.tenant))]);
  check('target', names.target, [...new Set(inClass.map((secret) => secret.target))]);
  check(
    'secret',
    names.secret,
    inClass.map((secret) => secret.ref),
  );
  if (named === undefined && mistakes.length === 0)
    mistakes.push('which class? Give --class, or a --secret, --tenant or --target of one class');
  if (named === undefined || mistakes.length > 0) {
    throw new RekeyError({
      code: 'scope-unknown',
      family: 'Validation',
      message: mistakes.join('\n'),
      safe: 'Nothing was changed.',
      next: ['rekey status'],
    });
  }
  return {
    className: named,
    ...(names.tenant === undefined ? {} : { tenant: names.tenant }),
    ...(names.target === undefined ? {} : { target: names.target }),
    ...(names.secret === undefined ? {} : { secretRef: names.secret }),
  };
}

/** Where a tenant or target lies in one class alone, the class need not be named. */
function onlyClassOf(
  secrets: readonly { readonly className: string; readonly tenant: string; readonly target: string }[],
  { tenant, target }: Names,
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
