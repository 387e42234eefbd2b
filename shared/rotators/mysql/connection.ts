import * as z from 'zod';

/** How a target of this kind is reached, as in `rekey.yaml`. */
export const Connection = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(3306),
  /** Which of the two it is: they hold credentials differently. Checked against what the server says of itself. */
  server: z.enum(['mariadb', 'mysql']).default('mariadb'),
  /** `require` encrypts without knowing to whom; `verify-full` checks the certificate and its name. */
  tls: z.enum(['disable', 'require', 'verify-full']).default('verify-full'),
  /** PEM of the certificate authority; the system's own where left out. */
  ca: z.string().optional(),
});

export type MysqlConnection = z.output<typeof Connection>;

/** MariaDB's; MySQL's is 32, and its server refuses a longer one. */
const MOST_NAME_LETTERS = 80;
const Name = z.string().min(1).max(MOST_NAME_LETTERS);

export const AccountKeys = z
  .strictObject({
    /** The user's name: all of its hosts, which have one password. */
    user: Name,
    /** A second user, to take turns with the first: each rotation gives the other one its password. */
    alternate: Name.optional(),
    /** The role that has the grants, and that both have by default. */
    owner: Name.optional(),
    database: z.string().min(1).max(64).optional(),
  })
  .superRefine(({ user, alternate, owner }, context) => {
    if ((alternate === undefined) !== (owner === undefined)) {
      context.addIssue({
        code: 'custom',
        path: [alternate === undefined ? 'owner' : 'alternate'],
        message:
          'stands alone: two users that take turns need both, `alternate` and the role `owner` that has the grants',
      });
    }
    const names = [user, alternate, owner].filter((name) => name !== undefined);
    if (new Set(names).size < names.length) {
      context.addIssue({
        code: 'custom',
        path: ['alternate'],
        message: 'is no user of its own: `user`, `alternate` and `owner` are three names',
      });
    }
  });
