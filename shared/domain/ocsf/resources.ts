import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';

/** What it was done to: the secret with its version and class, or as its source names it; the key; target and consumer. */
export function resourcesOf(entry: AuditEntry) {
  const { ref, className, tenant, versionId, target, consumer, read, change } = entry;
  const named = read?.named ?? change?.named;
  const secret = ref ?? named;
  return [
    ...(secret === undefined
      ? []
      : [
          {
            type: 'secret',
            name: secret,
            ...given('uid', ref),
            ...given('version', versionId),
            ...given('namespace', tenant),
            ...(className === undefined ? {} : { group: { name: className, type: 'class' } }),
          },
        ]),
    ...(secret === undefined && className !== undefined ? [{ type: 'class', name: className }] : []),
    ...(change?.keyId === undefined ? [] : [{ type: 'key', uid: change.keyId }]),
    ...(target === undefined || target === '' ? [] : [{ type: 'target', name: target }]),
    ...(consumer === undefined ? [] : [{ type: 'consumer', name: consumer }]),
  ];
}
