import { toRecords } from '../../shared/domain/config/records.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { readConfig } from '../commands/apply.ts';
import type { CutAt } from './cut.ts';

/** Targets of a class with its accounts there, by the file alone; `byHand`: those that no target accepts. */
export function whatToCut(
  configFile: string,
  className: string,
): { readonly at: readonly CutAt[]; readonly byHand: number } {
  const { classes, targets, secrets } = toRecords(readConfig(configFile));
  if (!classes.some(({ name }) => name === className)) {
    throw new RekeyError({
      code: 'class-unknown',
      family: 'Validation',
      message: `${configFile} has no class ${className}: ${classes.map(({ name }) => name).join(', ')}`,
      safe: 'Nothing was changed.',
      next: ['rekey fence --direct --class CLASS --cut'],
    });
  }
  const own = secrets.filter((secret) => secret.className === className);
  const at = targets.flatMap((target) => {
    const there = own.filter((secret) => secret.target === target.id);
    return there.length === 0 ? [] : [{ target, secrets: there }];
  });
  return { at, byHand: own.filter(({ target }) => target === '').length };
}
