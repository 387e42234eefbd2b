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

/** PostgreSQL cuts a longer name off without a word: it would be another role's. */
const MOST_NAME_BYTES = 63;
const Name = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= MOST_NAME_BYTES, {
    error: `is longer than the ${MOST_NAME_BYTES} bytes that PostgreSQL keeps of a name`,
  });

export const AccountKeys = z
  .strictObject({
    role: Name,
    /** A second role, to take turns with the first: each rotation gives the other one its password. */
    alternate: Name.optional(),
    /** The role that both act as: it has the grants and the objects, and never logs in. */
    owner: Name.optional(),
    database: Name.optional(),
  })
  .superRefine(({ role, alternate, owner }, context) => {
    if ((alternate === undefined) !== (owner === undefined)) {
      context.addIssue({
        code: 'custom',
        path: [alternate === undefined ? 'owner' : 'alternate'],
        message:
          'stands alone: two roles that take turns need both, `alternate` and the `owner` that they act as',
      });
    }
    const names = [role, alternate, owner].filter((name) => name !== undefined);
    if (new Set(names).size < names.length) {
      context.addIssue({
        code: 'custom',
        path: ['alternate'],
        message: 'is no role of its own: `role`, `alternate` and `owner` are three roles',
      });
    }
  });
