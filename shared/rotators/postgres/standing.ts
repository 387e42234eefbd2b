import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Account } from '../rotator.ts';
import { roleName } from './server.ts';

/** A role as far as two that take turns must not differ in it. */
export interface Standing {
  readonly name: string;
  readonly oid: string;
  readonly connectionLimit: number;
  readonly validUntil: string;
  /** Roles it is a member of, so that it may act as them. */
  readonly memberOf: readonly string[];
  /** By database (empty: all) and name. */
  readonly settings: readonly {
    readonly database: string;
    readonly name: string;
    readonly value: string;
  }[];
  /** Objects or grants of its own, in any database. */
  readonly hasItsOwn: boolean;
}

const STANDING = `
SELECT r.rolname AS name, r.oid::text AS oid, r.rolconnlimit AS "connectionLimit",
  coalesce(r.rolvaliduntil, 'infinity')::text AS "validUntil",
  (SELECT coalesce(json_agg(DISTINCT g.rolname), '[]') FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
   WHERE m.member = r.oid AND coalesce(to_jsonb(m) ->> 'set_option', 'true') = 'true') AS "memberOf",
  (SELECT coalesce(json_agg(json_build_object('database', coalesce(d.datname, ''),
     'name', split_part(c, '=', 1), 'value', substr(c, strpos(c, '=') + 1))), '[]')
   FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS c
   WHERE s.setrole = r.oid) AS settings,
  EXISTS (SELECT FROM pg_shdepend o WHERE o.refclassid = 'pg_authid'::regclass AND o.refobjid = r.oid
    AND o.deptype IN ('o', 'a')) AS "hasItsOwn"
FROM pg_roles r WHERE r.rolname = ANY ($1)`;

export async function standingOf(client: Client, names: readonly string[]): Promise<Map<string, Standing>> {
  const { rows } = await client.query<Standing>(STANDING, [names]);
  return new Map(rows.map((row) => [row.name, row]));
}

/** The note of a cut at the server: a setting of the role's own, which nothing reads but Rekey. */
const CUT = 'rekey.cut';
const OWN = new Set(['role', CUT]);

export const noteCut = (account: Account) =>
  `ALTER ROLE ${escapeIdentifier(roleName(account))} SET ${CUT} = 'on'`;
export const forgetCut = (account: Account) =>
  `ALTER ROLE ${escapeIdentifier(roleName(account))} RESET ${CUT}`;

export function isCutNoted({ settings }: Standing): boolean {
  return settings.some(({ database, name }) => database === '' && name === CUT);
}

export function actsAs({ settings }: Standing): string | undefined {
  return settings.find(({ database, name }) => database === '' && name === 'role')?.value;
}

/** What brings a role in step with the owner that it acts as, and with the other one that works now. Nothing: it is. */
export function inStep(role: Standing, owner: string, other: Standing | undefined): string[] {
  const name = escapeIdentifier(role.name);
  const member = role.memberOf.includes(owner) ? [] : [`GRANT ${escapeIdentifier(owner)} TO ${name}`];
  const acts = actsAs(role) === owner ? [] : [`ALTER ROLE ${name} SET role TO ${escapeLiteral(owner)}`];
  return [...member, ...acts, ...(other === undefined ? [] : like(role, other, owner))];
}

function like(role: Standing, other: Standing, owner: string): string[] {
  const name = escapeIdentifier(role.name);
  const limits =
    role.connectionLimit === other.connectionLimit && role.validUntil === other.validUntil
      ? []
      : [
          `ALTER ROLE ${name} CONNECTION LIMIT ${other.connectionLimit} VALID UNTIL ${escapeLiteral(other.validUntil)}`,
        ];
  const gained = other.memberOf.filter((group) => group !== owner && !role.memberOf.includes(group));
  const lost = role.memberOf.filter((group) => group !== owner && !other.memberOf.includes(group));
  return [
    ...limits,
    ...gained.map((group) => `GRANT ${escapeIdentifier(group)} TO ${name}`),
    ...lost.map((group) => `REVOKE ${escapeIdentifier(group)} FROM ${name}`),
    ...settingChanges(role, other),
  ];
}

type Setting = Standing['settings'][number];

function settingChanges(role: Standing, other: Standing): string[] {
  const keyOf = ({ database, name }: Setting) => `${database} ${name}`;
  const copied = ({ settings }: Standing) => settings.filter(({ name }) => !OWN.has(name));
  const has = new Map(copied(role).map((setting) => [keyOf(setting), setting]));
  const wants = new Map(copied(other).map((setting) => [keyOf(setting), setting]));
  return [
    ...[...wants.values()].filter((setting) => has.get(keyOf(setting))?.value !== setting.value).map(set),
    ...[...has.values()].filter((setting) => !wants.has(keyOf(setting))).map(reset),
  ];

  function at({ database }: Setting): string {
    const there = database === '' ? '' : ` IN DATABASE ${escapeIdentifier(database)}`;
    return `ALTER ROLE ${escapeIdentifier(role.name)}${there}`;
  }
  function set(setting: Setting): string {
    return `${at(setting)} SET ${settingName(setting)} TO ${settingValue(setting)}`;
  }
  function reset(setting: Setting): string {
    return `${at(setting)} RESET ${settingName(setting)}`;
  }
}

function settingName({ name }: Setting): string {
  return name.split('.').map(escapeIdentifier).join('.');
}

/** Settings whose value is a list of names, as `pg_dump` knows them (`variable_is_guc_list_quote`): as one text they would be one name. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

function settingValue({ name, value }: Setting): string {
  if (!LISTS.has(name.toLowerCase())) return escapeLiteral(value);
  const names = [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+?))\s*(?:,|$)/g)].map(
    ([, quoted, plain = '']) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')),
  );
  return names.length === 0 ? "''" : names.map((one) => escapeLiteral(one)).join(', ');
}
