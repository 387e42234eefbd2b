import type { Identity } from '../../shared/domain/identity.ts';
import type { Person } from '../../shared/domain/person.ts';
import { DEFAULT_APPROVAL } from '../../shared/domain/request/policy.ts';
import type { RequestRecord } from '../../shared/domain/request/record.ts';
import { AT_MS } from '../contracts/records.ts';

/** One person by every way there is. */
export function aPerson(name: string, about: Partial<Person> = {}): Person {
  return {
    name,
    user: name,
    sshKeys: [sshKeyOf(name)],
    iam: [arnOf(name)],
    slack: `U-${name}`,
    ...about,
  };
}

function sshKeyOf(name: string): string {
  return `ssh-ed25519 ${Buffer.from(name).toString('base64')} ${name}`;
}

function arnOf(name: string): string {
  return `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Rekey_*/${name}@example.com`;
}

export function byWay(name: string, way: Identity['way']): Identity {
  const ids = {
    os: name,
    ssh: Buffer.from(name).toString('base64'),
    iam: arnOf(name).replace('*', '0123456789abcdef'),
    slack: `U-${name}`,
  };
  return { way, id: ids[way] };
}

/** Made by ada, decided by anybody else among people, for a day. */
export function aRequest(about: Partial<RequestRecord> = {}): RequestRecord {
  return {
    v: 1,
    id: 'req-1',
    revision: 1,
    state: 'pending',
    planHash: 'aa',
    scope: { className: 'payments' },
    secrets: 2,
    reason: 'quarterly',
    requester: { person: 'ada', way: 'os' },
    requestedAtMs: AT_MS,
    expiresAtMs: AT_MS + DEFAULT_APPROVAL.lifetimeMs,
    policy: DEFAULT_APPROVAL,
    people: ['ada', 'grace', 'barbara', 'joan'].map((name) => aPerson(name)),
    decisions: [],
    ...about,
  };
}
