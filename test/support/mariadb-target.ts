import type { Connection } from 'mysql2/promise';
import type { TargetRecord } from '../../shared/domain/target.ts';
import { mysql } from '../../shared/rotators/mysql/rotator.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';
import { withMariadb } from './mariadb.ts';

/** A real MariaDB as a target, with users made for a test. */
export function withMariadbTarget(settings: Readonly<Record<string, string>> = {}) {
  const world = withMariadb(settings);
  let users = 0;
  const nameOf = ({ account }: Account) => account['user'] ?? '';
  return {
    server: world.server,
    within: <T>(work: (connection: Connection) => Promise<T>) => world.admin(work),
    admin: (statement: string, parameters: readonly unknown[] = []) =>
      world.admin((connection) => connection.query(statement, [...parameters])),
    async sql<Row extends object = object>(statements: string): Promise<Row[]> {
      const [rows] = await world.admin((connection) => connection.query(statements));
      return rows as Row[];
    },
    async account(password = `Old-${users + 1}-password`): Promise<{ account: Account; password: string }> {
      users += 1;
      const user = `app_${users}`;
      await this.sql(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
      return { account: { ref: `vault://t/${user}`, account: { user } }, password };
    },
    missing: (): Account => ({ ref: 'vault://t/none', account: { user: 'none' } }),
    /** `port`: of a proxy before the server. `connection`: more of it. */
    target(port = world.server().port, connection: TargetRecord['connection'] = {}): TargetRecord {
      return {
        v: 1,
        id: 'db1',
        kind: 'mysql',
        connection: { host: world.server().host, port, tls: 'disable', ...connection },
        network: 'local',
        admins: [],
        maxConnections: 8,
      };
    },
    session({
      writer = 'rekey/test/1',
      admin = { user: world.server().adminUser, password: world.server().adminPassword },
      port = world.server().port,
      connection = {},
      signal = AbortSignal.timeout(30_000),
    }: {
      writer?: string;
      admin?: { user: string; password: string };
      port?: number;
      connection?: TargetRecord['connection'];
      signal?: AbortSignal;
    } = {}): Promise<TargetSession> {
      return mysql.open({ target: this.target(port, connection), admin, writer, signal });
    },
    logsIn: (account: Account, password: string) => world.logsIn(nameOf(account), password),
    stayIn: (account: Account, password: string) => world.stayIn(nameOf(account), password),
    logIn: world.logIn,
  };
}
