import { RekeyError } from '../../../../domain/errors.ts';
import { KINDS } from '../../../../rotators/kinds.ts';
import type { Rotator } from '../../../../rotators/rotator.ts';
import { wire } from '../wire.ts';

const open: Rotator['open'] = async ({ target }) => {
  throw new RekeyError({
    code: 'target-not-reached-here',
    family: 'Unrecoverable',
    message: `this function opens no session at a target, and was asked for one at ${target.id}`,
    safe: 'Nothing was changed at the target.',
  });
};

/** For functions that ask which kinds have a rotator, and stand where no target can be reached: no driver comes along. */
export const kinds = wire(
  {},
  (): Readonly<Record<string, Rotator>> =>
    Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, { ...kind, open }])),
);
