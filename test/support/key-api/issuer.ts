import { onTestFinished } from 'vitest';
import type { Clock } from '../../../shared/ports/clock.ts';
import { createHttp } from '../../../shared/rotators/http/rotator.ts';
import { connectionOf } from '../described.ts';
import type { IssuerOfWorld } from '../world.ts';
import { KeyApi, type Manner } from './key-api.ts';

/** An API of kind `http` in a world: by an example of `docs/kinds/http.md`, whose account's field is the world's `role`. */
export async function apiIssuer(
  { heading, manner, field }: { readonly heading: string; readonly manner: Manner; readonly field: string },
  clock: Clock,
  { tellsHandles = true } = {},
): Promise<{ readonly api: KeyApi; readonly issuer: IssuerOfWorld }> {
  const api = new KeyApi(manner, clock);
  const url = await api.start();
  onTestFinished(() => api.stop());
  const described = JSON.stringify(connectionOf('http.md', heading, url));
  const connection = JSON.parse(
    described.replaceAll(`{${field}}`, '{role}').replaceAll('{name}', 'svc'),
  ) as Record<string, unknown>;
  return {
    api,
    issuer: {
      adminPassword: api.admin,
      connection,
      rotator: (kind) => ({ ...createHttp(clock), kind }),
      add(role, value) {
        api.accounts.add(role);
        const { id } = api.make(role, 'by hand', value);
        return tellsHandles ? id : undefined;
      },
    },
  };
}
