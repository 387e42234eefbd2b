import { KINDS } from './kinds.ts';
import type { Rotator } from './rotator.ts';

/** What opens a session of a kind: drivers are large, and most processes need one of them, or none. */
const DRIVERS: Readonly<Record<keyof typeof KINDS, () => Promise<Pick<Rotator, 'open'>>>> = {
  'aws-iam-access-key': async () => (await import('./aws-iam-access-key/rotator.ts')).awsIamAccessKey,
  http: async () => (await import('./http/rotator.ts')).http,
  mysql: async () => (await import('./mysql/rotator.ts')).mysql,
  'oauth-client': async () => (await import('./oauth-client/rotator.ts')).oauthClient,
  postgres: async () => (await import('./postgres/rotator.ts')).postgres,
  redis: async () => (await import('./redis/rotator.ts')).redis,
};

function withDriver(name: keyof typeof KINDS): Rotator {
  return { ...KINDS[name], open: async (request) => (await DRIVERS[name]()).open(request) };
}

/** Every kind that can be enrolled, with its driver, which the first session loads. */
export const rotators: Readonly<Record<string, Rotator>> = Object.fromEntries(
  (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((name) => [name, withDriver(name)]),
);
