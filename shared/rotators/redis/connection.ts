import * as z from 'zod';

/** How a target of this kind is reached, as in `rekey.yaml`. */
export const Connection = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(6379),
  /** `require` encrypts without knowing to whom; `verify-full` checks the certificate and its name. `disable`: a login's password crosses the wire in clear, Rekey's as everybody's. */
  tls: z.enum(['disable', 'require', 'verify-full']).default('verify-full'),
  /** PEM of the certificate authority; the system's own where left out. */
  ca: z.string().optional(),
});

export type RedisConnection = z.output<typeof Connection>;

export const AccountKeys = z.strictObject({
  /** An ACL user. Redis allows neither spaces nor a zero byte in its name. */
  user: z.string().regex(/^[^\s\0]+$/u, 'is no name of an ACL user: no spaces'),
});
