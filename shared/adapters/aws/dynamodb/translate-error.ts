import { RekeyError } from '../../../domain/errors.ts';
import { translate, vendorName } from '../vendor-error.ts';

/** Service Quotas and "Best practices for designing partition keys", DynamoDB Developer Guide. */
const QUOTA =
  '40,000 units a second of a table on demand, 1,000 written in one second under one partition key';

/**
 * An error of DynamoDB as ours, once; its code begins with `table-`, because trouble of the state is told apart from a target's.
 * `call`: the API's own name, which is also the permission's (`dynamodb:PutItem`).
 */
export function translateError(error: unknown, call: string, table: string): unknown {
  if (vendorName(error) === 'ResourceNotFoundException') {
    return new RekeyError({
      code: 'table-missing',
      family: 'NotFound',
      message: `dynamodb:${call}: there is no table ${table} in this account and region`,
      safe: 'Nothing was changed.',
      next: ['npm run deploy -- --stage STAGE'],
      cause: error,
    });
  }
  // Every verb may be sent again: an answer that was lost needs no look.
  const said = translate(error, {
    permission: `dynamodb:${call}`,
    about: `the table ${table}`,
    quota: QUOTA,
    safe: 'What was committed before stands; the same again is safe.',
  });
  if (said === error || !(said instanceof RekeyError)) return said;
  const { code, family, message, safe = '', next } = said;
  return new RekeyError({ code: `table-${code}`, family, message, safe, next, cause: error });
}
