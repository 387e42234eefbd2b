import * as z from 'zod';

/** A key as the store keeps it, and as consumers read it. A session's key (`ASIA…`) is none: it ends by itself. */
const Stored = z.strictObject({
  access_key_id: z.string().regex(/^(?!ASIA)\w{16,128}$/),
  secret_access_key: z.string().min(1),
});

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export function printAccessKey({ id, secret }: AccessKey): string {
  return JSON.stringify({ access_key_id: id, secret_access_key: secret });
}

/** Null for what is no access key. */
export function readAccessKey(value: string): AccessKey | null {
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch {
    return null;
  }
  const stored = Stored.safeParse(read);
  if (!stored.success) return null;
  return { id: stored.data.access_key_id, secret: stored.data.secret_access_key };
}
