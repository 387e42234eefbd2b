import { given } from '../given.ts';
import type { Principal, ReadEvent } from './read-event.ts';
import { roleOfSession } from './role-arn.ts';

/** Who asks, as far as the caller's surroundings tell. */
export interface ReadContext {
  readonly user: string;
  readonly agent?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  /** Network identity: an address, or `local:<pid>` on one machine. */
  readonly source: string;
}

/** A read that Rekey's own resolver is asked for. */
export function readBy(
  context: ReadContext,
  ref: string,
  told: Pick<ReadEvent, 'id' | 'atMs' | 'outcome'> & { readonly why: string | undefined },
): ReadEvent {
  const { why, ...rest } = told;
  return {
    v: 1,
    ...rest,
    source: 'resolver',
    verb: 'read',
    principal: principalBy(context),
    secret: { name: ref.slice(0, LONGEST) },
    address: context.source,
    ...given('why', why),
  };
}

/** What an event holds of any text. */
const LONGEST = 512;

function principalBy({ user, agent, workflowId, runId }: ReadContext): Principal {
  const role = roleOfSession(user);
  return {
    id: role?.role ?? user,
    kind: role === null ? 'user' : 'role',
    ...given('session', role?.session),
    ...given('agent', agent),
    ...given('workflowId', workflowId),
    ...given('runId', runId),
  };
}

/** Every name that a quarantine can know a reader by. */
export function namesOf({ user, agent }: ReadContext): readonly string[] {
  return [user, roleOfSession(user)?.role, agent].filter((name) => name !== undefined);
}
