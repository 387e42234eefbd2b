import * as z from 'zod';

/** How a target of this kind is reached, as in `rekey.yaml`. */
export const Connection = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5432),
  /** Where an account names none. */
  database: z.string().min(1).default('postgres'),
  /** `require` encrypts without knowing to whom; `verify-full` checks the certificate and its name. */
  tls: z.enum(['disable', 'require', 'verify-full']).default('verify-full'),
  /** PEM of the certificate authority; the system's own where left out. */
  ca: z.string().optional(),
});

export type PostgresConnection = z.output<typeof Connection>;

export const AccountKeys = z.strictObject({
  role: z.string().min(1).max(63),
  database: z.string().min(1).max(63).optional(),
});
