import * as z from 'zod';
import type { AuditEntry } from '../audit/entry.ts';
import { given } from '../given.ts';

const Address = z.union([z.ipv4(), z.ipv6()]);

/** Where it came from: an address; a service that AWS names instead of one; on one machine the process. */
export function endpointOf({ source, read }: Pick<AuditEntry, 'source' | 'read'>) {
  return { ...placeOf(source), ...given('uid', read?.vpcEndpoint) };
}

function placeOf(source: string) {
  if (Address.safeParse(source).success) return { ip: source };
  return source.endsWith('.amazonaws.com') ? { svc_name: source } : { name: source };
}
