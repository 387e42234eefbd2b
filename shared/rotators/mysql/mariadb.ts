import { randomBytes } from 'node:crypto';
import type { Ask } from './ask.ts';
import type { Flavour } from './flavour.ts';
import { NO_PASSWORD, nativeHash } from './native-password.ts';
import type { Row } from './row.ts';
import { type At, at, CUT_NOTE, literal } from './statements.ts';

const NATIVE = 'mysql_native_password';

interface Way {
  readonly plugin?: string;
  readonly authentication_string?: string;
}

/** `mysql.global_priv.Priv`, as far as it matters here. */
interface Privileges extends Way {
  readonly access?: number;
  readonly account_locked?: boolean;
  readonly is_role?: boolean;
  readonly default_role?: string;
  /** Any of them will do; the empty one stands for the outer. */
  readonly auth_or?: readonly Way[];
  /** 0 none, 1 any TLS, 2 a valid certificate, 3 the ones that are named. */
  readonly ssl_type?: number;
  readonly ssl_cipher?: string;
  readonly x509_issuer?: string;
  readonly x509_subject?: string;
  readonly max_questions?: number;
  readonly max_updates?: number;
  readonly max_connections?: number;
  readonly max_user_connections?: number;
  readonly max_statement_time?: number;
  /** Days; 0 for ever, -1 as the server has it. */
  readonly password_lifetime?: number;
}

interface Facts {
  readonly readOnly: number;
  readonly mostErrors: number;
  readonly strict: number;
  readonly generalLog: number;
  readonly checks: number;
}

/**
 * MariaDB from 10.4: one password a row. Its general log and its binary log hold each `ALTER USER` as it was sent, so that it
 * is given hashes. Where a plugin checks passwords it takes none: then the value goes by `SET PASSWORD`, which the binary log
 * holds as a hash, and only while the general log is off for the session.
 */
export async function createMariadb(ask: Ask): Promise<Flavour> {
  const [facts] = await ask<Facts>(
    `SELECT @@global.read_only AS readOnly, @@global.max_password_errors AS mostErrors,
       @@global.strict_password_validation AS strict, @@global.general_log AS generalLog,
       (SELECT COUNT(*) FROM information_schema.PLUGINS
        WHERE PLUGIN_TYPE = 'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE') AS checks`,
  );
  const checks = facts?.strict === 1 && facts.checks > 0;
  const isUnlogged = checks ? await keepsOutOfLogs(ask) : true;
  const writesDown = checks && !isUnlogged && facts?.generalLog === 1;

  return {
    readOnly: facts?.readOnly === 1,
    mostErrors: facts?.mostErrors ?? null,

    async rows(query, names) {
      if (names.length === 0) return [];
      const rows = await query<{ user: string; host: string; priv: string | Privileges }>(
        'SELECT User AS user, Host AS host, Priv AS priv FROM mysql.global_priv WHERE User IN (?)',
        [names],
      );
      const roles = await query<{ user: string; host: string; role: string }>(
        'SELECT User AS user, Host AS host, Role AS role FROM mysql.roles_mapping WHERE User IN (?)',
        [names],
      );
      const keyOf = (row: At) => JSON.stringify([row.user, row.host]);
      const byKey = Map.groupBy(roles, keyOf);
      return rows.flatMap(({ user, host, priv }): Row[] => {
        const privileges = typeof priv === 'string' ? (JSON.parse(priv) as Privileges) : priv;
        if (privileges.is_role === true) return [];
        const own = (byKey.get(keyOf({ user, host })) ?? []).map(({ role }) => role);
        return [rowOf({ user, host }, privileges, own)];
      });
    },

    async withOwnGrants(query, names) {
      if (names.length === 0) return new Set();
      const tables = ['db', 'tables_priv', 'columns_priv', 'procs_priv'];
      const found = await query<{ user: string }>(
        [
          "SELECT User AS user FROM mysql.global_priv WHERE JSON_VALUE(Priv, '$.access') > 0 AND User IN (?)",
          ...tables.map((table) => `SELECT User AS user FROM mysql.${table} WHERE User IN (?)`),
        ].join(' UNION '),
        [names, ...tables.map(() => names)],
      );
      return new Set(found.map(({ user }) => user));
    },

    refusal(rows) {
      if (writesDown)
        return 'the server checks passwords, so that it takes no hash, and would write this one in its general log: switch general_log off, or give the admin SUPER';
      const other = rows.flatMap(({ ways }) => ways).find(({ plugin }) => plugin !== NATIVE);
      return other === undefined ? null : `it authenticates by ${other.plugin}, not by ${NATIVE}`;
    },

    setPasswords(settings) {
      const each = settings.flatMap(({ rows, value }) => rows.map((row) => ({ row, value })));
      if (each.length === 0) return [];
      if (checks)
        return each.map(({ row, value }) => `SET PASSWORD FOR ${at(row)} = PASSWORD(${literal(value)})`);
      return [`ALTER USER ${each.map(({ row, value }) => `${at(row)} ${by(nativeHash(value))}`).join(', ')}`];
    },

    takePasswords(rows) {
      if (rows.length === 0) return [];
      if (checks) return rows.map((row) => `SET PASSWORD FOR ${at(row)} = PASSWORD(${literal(throwaway())})`);
      return [`ALTER USER ${rows.map((row) => `${at(row)} ${by(NO_PASSWORD)}`).join(', ')}`];
    },

    create(row, terms) {
      const how = checks ? `IDENTIFIED BY ${literal(throwaway())}` : by(NO_PASSWORD);
      return `CREATE USER ${at(row)} ${how} ${terms.needs} ACCOUNT LOCK ${terms.expiry}`;
    },

    defaultRole: (role, row) => `SET DEFAULT ROLE ${literal(role)} FOR ${at(row)}`,

    holds({ ways }, value) {
      const wanted = value === null ? NO_PASSWORD : nativeHash(value);
      return ways.every(({ plugin, hash }) => plugin === NATIVE && hash === wanted);
    },

    holders: (query, value) =>
      query<At>('SELECT User AS user, Host AS host FROM mysql.global_priv WHERE Priv LIKE ?', [
        `%${nativeHash(value)}%`,
      ]),
  };
}

const by = (hash: string): string => `IDENTIFIED VIA ${NATIVE} USING ${literal(hash)}`;

/** Known to nobody, and with one of everything that a server may ask for. */
const throwaway = (): string => `Aa1-${randomBytes(24).toString('base64url')}`;

/** Whether this session stands in no log of statements. It takes an admin who may say so. */
async function keepsOutOfLogs(ask: Ask): Promise<boolean> {
  try {
    await ask('SET SESSION slow_query_log = 0');
    await ask('SET SESSION sql_log_off = 1');
    return true;
  } catch {
    return false;
  }
}

function rowOf(row: At, privileges: Privileges, roles: readonly string[]): Row {
  const ways = (privileges.auth_or ?? [{}]).map((way) => {
    const { plugin = '', authentication_string: hash = '' } = way.plugin === undefined ? privileges : way;
    return { plugin, hash };
  });
  const { ssl_type: type = 0 } = privileges;
  return {
    ...row,
    off: privileges.account_locked === true,
    cut: roles.includes(CUT_NOTE),
    ways,
    second: false,
    needs: type === 0 ? 'nothing' : type === 1 ? 'tls' : 'certificate',
    terms: termsOf(privileges),
    roles: roles.filter((role) => role !== CUT_NOTE).sort(),
    defaultRole: privileges.default_role === '' ? undefined : privileges.default_role,
  };
}

function termsOf(privileges: Privileges): Row['terms'] {
  const limits = [
    ['MAX_QUERIES_PER_HOUR', privileges.max_questions],
    ['MAX_UPDATES_PER_HOUR', privileges.max_updates],
    ['MAX_CONNECTIONS_PER_HOUR', privileges.max_connections],
    ['MAX_USER_CONNECTIONS', privileges.max_user_connections],
    ['MAX_STATEMENT_TIME', privileges.max_statement_time],
  ] as const;
  return {
    needs: `REQUIRE ${requirementOf(privileges)} WITH ${limits.map(([name, limit = 0]) => `${name} ${limit}`).join(' ')}`,
    expiry: `PASSWORD EXPIRE ${lifetimeOf(privileges.password_lifetime)}`,
  };
}

function requirementOf({ ssl_type: type = 0, ssl_cipher, x509_issuer, x509_subject }: Privileges): string {
  if (type === 0) return 'NONE';
  if (type === 1) return 'SSL';
  if (type === 2) return 'X509';
  const named = [
    ['CIPHER', ssl_cipher],
    ['ISSUER', x509_issuer],
    ['SUBJECT', x509_subject],
  ] as const;
  return named
    .flatMap(([name, text]) => (text === undefined || text === '' ? [] : [`${name} ${literal(text)}`]))
    .join(' AND ');
}

function lifetimeOf(days = -1): string {
  if (days < 0) return 'DEFAULT';
  return days === 0 ? 'NEVER' : `INTERVAL ${days} DAY`;
}
