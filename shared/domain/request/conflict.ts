import { RekeyError } from '../errors.ts';

/** Someone saved a later revision. */
export function requestChanged(id: string): RekeyError {
  return new RekeyError({
    code: 'request-changed',
    family: 'Conflict',
    message: `request ${id} was changed meanwhile`,
    safe: 'This save changed nothing.',
    next: [`rekey request show ${id}`],
  });
}
