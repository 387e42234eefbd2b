import type { Wanted } from './records.ts';

/** Fields that the file decides; everything else of a record is what use has made of it. */
export const DECIDED: Readonly<Record<keyof Wanted, readonly string[]>> = {
  classes: ['owner', 'policy'],
  targets: ['kind', 'connection', 'network', 'admins', 'maxConnections', 'passwords'],
  secrets: ['className', 'tenant', 'target', 'kind', 'account', 'owner', 'consumers', 'decoy'],
  consumers: [
    'owner',
    'mustConfirm',
    'byCallback',
    'byObservation',
    'means',
    'url',
    'signingKeyRef',
    'command',
    'timeoutMs',
    'topicArn',
    'path',
    'mode',
    'worldReadable',
    'fileOwner',
    'signal',
  ],
  people: ['user', 'sshKeys', 'iam', 'slack', 'groups', 'team'],
  pacing: ['perSecond'],
  slack: ['team', 'channel', 'signingSecretRef', 'botTokenRef'],
  detection: ['calendars', 'readers', 'hours', 'rules', 'suppressions'],
  audit: ['pseudonyms', 'readers'],
};

/** The record that stands, with what the file decides of it as wanted. Whatever else `wanted` says is not looked at. */
export function keepHistory<F extends keyof Wanted>(
  family: F,
  standing: Wanted[F][number],
  wanted: Wanted[F][number],
): Wanted[F][number] {
  // An epoch is its class's own. Kept from another class, it could make a later break-glass take the secret for a newer one's.
  const moved = family === 'secrets' && fieldOf(standing, 'className') !== fieldOf(wanted, 'className');
  const decided = (name: string) => DECIDED[family].includes(name) || (moved && name === 'epoch');
  return Object.fromEntries([
    ...Object.entries(standing).filter(([name]) => !decided(name)),
    ...Object.entries(wanted).filter(([name]) => decided(name)),
  ]) as unknown as Wanted[F][number];
}

function fieldOf(record: object, name: string): unknown {
  return (record as Readonly<Record<string, unknown>>)[name];
}
