import { RekeyError } from './errors.ts';

export function classUnknown(className: string): RekeyError {
  return new RekeyError({
    code: 'class-unknown',
    family: 'NotFound',
    message: `there is no class ${className}`,
    safe: 'Nothing was changed.',
    next: ['rekey status'],
  });
}
