import * as z from 'zod';

const Credential = z.looseObject({ client_id: z.string().min(1), client_secret: z.string().min(1) });

export interface ClientCredential {
  readonly id: string;
  readonly secret: string;
}

/** As readers get it: `{"client_id": …, "client_secret": …}`. */
export function asValue({ id, secret }: ClientCredential): string {
  return JSON.stringify({ client_id: id, client_secret: secret });
}

/** Null for a value that is none, put by hand. */
export function credentialIn(value: string): ClientCredential | null {
  try {
    const read = Credential.safeParse(JSON.parse(value));
    return read.success ? { id: read.data.client_id, secret: read.data.client_secret } : null;
  } catch {
    return null;
  }
}
