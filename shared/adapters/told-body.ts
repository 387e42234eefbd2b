import type { Tell } from '../ports/notifier.ts';

/** What a consumer is sent, as JSON: reference and version, and what it confirms with, if it is to confirm later. */
export function toldBody({ ref, versionId, confirm, atMs }: Tell): string {
  return JSON.stringify({
    type: 'secret.version.promoted',
    timestamp: new Date(atMs).toISOString(),
    data: {
      secretRef: ref,
      versionId,
      ...(typeof confirm === 'object' ? { confirmation: { id: confirm.id, token: confirm.token } } : {}),
    },
  });
}
