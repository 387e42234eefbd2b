import { onTestFinished } from 'vitest';
import type { RedisRequest } from '../../demo/redis-server.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';
import { redis } from '../../shared/rotators/redis/rotator.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';
import { withRedis } from './redis.ts';

const SAVES = { aclfile: 'ACL SAVE', config: 'CONFIG REWRITE', memory: 'PING' } as const;

/** A real server as a target, with accounts and the verbs' sessions. */
export function withRedisTarget(request: Omit<RedisRequest, 'home'> = {}) {
  const world = withRedis(request);
  let users = 0;
  const userOf = ({ account }: Account) => account['user'] ?? '';
  return {
    ...world,
    async account(): Promise<{ account: Account; password: string }> {
      users += 1;
      const user = `app_${users}`;
      const password = `canary-old-${users}`;
      await world.admin(`ACL SETUSER ${user} on >${password} ~${user}:* +@read +@write +ping`);
      // As far as the server can.
      await world.admin(SAVES[request.usersIn ?? 'aclfile']);
      return { account: { ref: `vault://t/${user}`, account: { user } }, password };
    },
    /** `port`: of a proxy before the server. */
    target(port = world.server().port): TargetRecord {
      return {
        v: 1,
        id: 'cache',
        kind: 'redis',
        connection: { host: world.server().host, port, tls: 'disable' },
        network: 'local',
        admins: [],
        maxConnections: 8,
      };
    },
    /** Closed with the test. */
    async session({
      writer = 'rekey/test/1',
      admin = { user: world.server().adminUser, password: world.server().adminPassword },
      port = world.server().port,
    } = {}): Promise<TargetSession> {
      const session = await redis.open({
        target: this.target(port),
        admin,
        writer,
        signal: AbortSignal.timeout(30_000),
      });
      onTestFinished(() => session.close());
      return session;
    },
    getsIn: (account: Account, password: string) => world.logsIn(userOf(account), password),
    staysIn: (account: Account, password: string) => world.stayIn(userOf(account), password),
  };
}
