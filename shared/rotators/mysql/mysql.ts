import { randomBytes } from 'node:crypto';
import type { Ask } from './ask.ts';
import type { Flavour } from './flavour.ts';
import type { Row } from './row.ts';
import { type At, at, CUT_NOTE, literal } from './statements.ts';

interface Found extends At {
  readonly plugin: string;
  readonly locked: string;
  readonly second: number;
  readonly sslType: string;
  readonly cipher: string;
  readonly issuer: string;
  readonly subject: string;
  readonly questions: number;
  readonly updates: number;
  readonly connections: number;
  readonly userConnections: number;
  readonly lifetime: number | null;
}

const ROWS = `
SELECT User AS user, Host AS host, plugin, account_locked AS locked,
  JSON_CONTAINS_PATH(COALESCE(User_attributes, '{}'), 'one', '$.additional_password') AS second,
  ssl_type AS sslType, CONVERT(ssl_cipher USING utf8mb4) AS cipher,
  CONVERT(x509_issuer USING utf8mb4) AS issuer, CONVERT(x509_subject USING utf8mb4) AS subject,
  max_questions AS questions, max_updates AS updates, max_connections AS connections,
  max_user_connections AS userConnections, password_lifetime AS lifetime
FROM mysql.user WHERE User IN (?)`;

/**
 * MySQL from 8.0.14: two passwords a row. It takes no hash beside one that is to go on working, and writes none of the values
 * that it is given in its logs, except where it is told to (`log_raw`).
 */
export async function createMysql(ask: Ask): Promise<Flavour> {
  const [facts] = await ask<{ readOnly: number; raw: number }>(
    'SELECT @@global.read_only AS readOnly, @@global.log_raw AS raw',
  );

  return {
    readOnly: facts?.readOnly === 1,
    mostErrors: null,

    async rows(query, names) {
      if (names.length === 0) return [];
      const rows = await query<Found>(ROWS, [names]);
      const roles = await query<At & { role: string }>(
        'SELECT TO_USER AS user, TO_HOST AS host, FROM_USER AS role FROM mysql.role_edges WHERE TO_USER IN (?)',
        [names],
      );
      const defaults = await query<At & { role: string }>(
        'SELECT USER AS user, HOST AS host, DEFAULT_ROLE_USER AS role FROM mysql.default_roles WHERE USER IN (?)',
        [names],
      );
      const of = (row: At) => (other: At) => other.user === row.user && other.host === row.host;
      return rows.map((row) => {
        const own = roles.filter(of(row)).map(({ role }) => role);
        return rowOf(row, own, defaults.find(of(row))?.role);
      });
    },

    async withOwnGrants(query, names) {
      if (names.length === 0) return new Set();
      const tables = ['db', 'tables_priv', 'columns_priv', 'procs_priv', 'global_grants'];
      const found = await query<{ user: string }>(
        [
          "SELECT User AS user FROM mysql.user WHERE 'Y' IN (Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, Execute_priv) AND User IN (?)",
          ...tables.map((table) => `SELECT User AS user FROM mysql.${table} WHERE User IN (?)`),
        ].join(' UNION '),
        [names, ...tables.map(() => names)],
      );
      return new Set(found.map(({ user }) => user));
    },

    refusal: () =>
      facts?.raw === 1 ? 'the server would write the value in its general log: switch log_raw off' : null,

    setPasswords(settings) {
      const each = settings.flatMap(({ rows, value }) => rows.map((row) => ({ row, value })));
      return each.length === 0
        ? []
        : [
            `ALTER USER ${each.map(({ row, value }) => `${at(row)} IDENTIFIED BY ${literal(value)}`).join(', ')}`,
          ];
    },

    takePasswords: (rows) =>
      rows.length === 0
        ? []
        : [
            `ALTER USER ${rows.map((row) => `${at(row)} IDENTIFIED BY ${literal(throwaway())}`).join(', ')}`,
            `ALTER USER ${rows.map((row) => `${at(row)} DISCARD OLD PASSWORD`).join(', ')}`,
          ],

    create: (row, terms) =>
      `CREATE USER ${at(row)} IDENTIFIED BY ${literal(throwaway())} ${terms.needs} ${terms.expiry} ACCOUNT LOCK`,

    defaultRole: (role, row) => `SET DEFAULT ROLE ${literal(role)} TO ${at(row)}`,

    // Salted and stretched: the server shows which one it is to nobody who does not have it.
    holds: () => undefined,
    holders: async () => [],
  };
}

/** Known to nobody, and with one of everything that a server may ask for. */
const throwaway = (): string => `Aa1-${randomBytes(24).toString('base64url')}`;

function rowOf(found: Found, roles: readonly string[], defaultRole: string | undefined): Row {
  return {
    user: found.user,
    host: found.host,
    off: found.locked === 'Y',
    cut: roles.includes(CUT_NOTE),
    ways: [{ plugin: found.plugin, hash: '' }],
    second: found.second === 1,
    needs: found.sslType === '' ? 'nothing' : found.sslType === 'ANY' ? 'tls' : 'certificate',
    terms: termsOf(found),
    roles: roles.filter((role) => role !== CUT_NOTE).sort(),
    defaultRole,
  };
}

function termsOf(found: Found): Row['terms'] {
  const { lifetime } = found;
  const expire = lifetime === null ? 'DEFAULT' : lifetime === 0 ? 'NEVER' : `INTERVAL ${lifetime} DAY`;
  return {
    needs: `REQUIRE ${requirementOf(found)} WITH MAX_QUERIES_PER_HOUR ${found.questions} MAX_UPDATES_PER_HOUR ${found.updates} MAX_CONNECTIONS_PER_HOUR ${found.connections} MAX_USER_CONNECTIONS ${found.userConnections}`,
    expiry: `PASSWORD EXPIRE ${expire}`,
  };
}

function requirementOf({ sslType, cipher, issuer, subject }: Found): string {
  if (sslType === '') return 'NONE';
  if (sslType === 'ANY') return 'SSL';
  if (sslType === 'X509') return 'X509';
  const named = [
    ['CIPHER', cipher],
    ['ISSUER', issuer],
    ['SUBJECT', subject],
  ] as const;
  return named.flatMap(([name, text]) => (text === '' ? [] : [`${name} ${literal(text)}`])).join(' AND ');
}
