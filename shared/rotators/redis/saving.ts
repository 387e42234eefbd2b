import { type Failure, failure } from '../failure.ts';
import { type AdminConnection, ALL_USERS_MS } from './admin-connection.ts';
import { isForNow } from './refusal.ts';
import { Refusal } from './resp.ts';

/**
 * Has the server write its users down, where it keeps them: in a file of their own, else in its configuration. Both write all
 * that is there, not only what Rekey changed. Answers why a restart would bring back what was before; null where it would not.
 */
export async function saveUsers(admin: AdminConnection): Promise<Failure | null> {
  const [file = null] = await admin.ask([['ACL', 'SAVE']], ALL_USERS_MS);
  if (!(file instanceof Refusal)) return null;
  if (file.code !== 'NOACLFILE') return notSaved(`ACL SAVE was refused (${file.code})`, file);
  const [configuration = null] = await admin.ask([['CONFIG', 'REWRITE']], ALL_USERS_MS);
  if (!(configuration instanceof Refusal)) return null;
  if (configuration.code === 'NOCONFIG')
    return notSaved('the server has no file of users and none of its configuration', configuration);
  return notSaved(
    `the server has no file of users, and CONFIG REWRITE was refused (${configuration.code})`,
    configuration,
  );
}

function notSaved(why: string, { code }: Refusal): Failure {
  return failure(isForNow(code) ? 'busy' : 'no-proof', `a restart would bring the old password back: ${why}`);
}
