import { RekeyError } from '../../../../domain/errors.ts';
import { awsIamAccessKeyKind } from '../../../../rotators/aws-iam-access-key/kind.ts';
import { httpKind } from '../../../../rotators/http/kind.ts';
import { mysqlKind } from '../../../../rotators/mysql/kind.ts';
import { oauthClientKind } from '../../../../rotators/oauth-client/kind.ts';
import { postgresKind } from '../../../../rotators/postgres/kind.ts';
import { redisKind } from '../../../../rotators/redis/kind.ts';
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
export const kinds = wire({}, () => ({
  'aws-iam-access-key': { ...awsIamAccessKeyKind, open },
  http: { ...httpKind, open },
  mysql: { ...mysqlKind, open },
  'oauth-client': { ...oauthClientKind, open },
  postgres: { ...postgresKind, open },
  redis: { ...redisKind, open },
}));
