import * as z from 'zod';
import { given } from '../given.ts';
import type { Told } from './cloudtrail/read-record.ts';
import { READ_VERBS, READER_KINDS } from './read-event.ts';

const Text = z.string().min(1).max(512);

/**
 * A read in another store's audit log, one JSON object a line on `rekey audit import`'s standard input: what any store can be
 * brought to with a line of jq. `id` and `source` together are the event: the same one again changes nothing.
 */
const ImportedRead = z.strictObject({
  id: Text.describe('Of the log’s own.'),
  store: Text.describe('Whose log it is: vault-prod.'),
  at: z.iso.datetime({ offset: true }),
  operation: z.enum(READ_VERBS).default('read'),
  outcome: z.enum(['success', 'denied', 'error']),
  reason: Text.optional().describe('The store’s code for what was not a success.'),
  secret: Text.optional().describe('A reference, vault://…, or the store’s own name.'),
  version: Text.optional(),
  principal: Text,
  kind: z.enum(READER_KINDS).default('unknown'),
  session: Text.optional(),
  user: Text.optional(),
  agent: Text.optional(),
  workflow: Text.optional(),
  run: Text.optional(),
  address: Text.optional(),
  userAgent: Text.optional(),
  region: Text.optional(),
  account: Text.optional(),
});

export function readImported(record: unknown): Told {
  const parsed = ImportedRead.safeParse(record);
  if (!parsed.success) {
    const why = parsed.error.issues.map(({ path, code }) => `${path.join('.') || '(whole)'}: ${code}`);
    return { kind: 'unread', why: why.join('; ') };
  }
  const { data } = parsed;
  return {
    kind: 'read',
    event: {
      v: 1,
      id: `${data.store}/${data.id}`,
      source: 'import',
      atMs: Date.parse(data.at),
      verb: data.operation,
      outcome: data.outcome,
      principal: {
        id: data.principal,
        kind: data.kind,
        ...given('session', data.session),
        ...given('user', data.user),
        ...given('agent', data.agent),
        ...given('workflowId', data.workflow),
        ...given('runId', data.run),
      },
      ...given('secret', data.secret === undefined ? undefined : { name: data.secret }),
      ...given('versionId', data.version),
      ...given('why', data.reason),
      ...given('address', data.address),
      ...given('userAgent', data.userAgent),
      ...given('region', data.region),
      ...given('account', data.account),
    },
  };
}
