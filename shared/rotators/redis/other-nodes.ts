import type { AdminConnection } from './admin-connection.ts';
import { Refusal, textOf } from './resp.ts';

/**
 * Who else has users, and the old password with them: Redis replicates none, so each replica and each node of a cluster has its
 * own. Null where the server is alone. Throws a refusal.
 */
export async function otherNodes(admin: AdminConnection): Promise<string | null> {
  const said = await admin.ask([
    ['INFO', 'replication'],
    ['INFO', 'cluster'],
  ]);
  for (const reply of said) if (reply instanceof Refusal) throw reply;
  const text = said.map(textOf).join('\n');
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(text)?.[1] ?? 0);
  if (replicas > 0) return `its replicas (${replicas}) have users of their own`;
  if (/^role:slave/m.test(text)) return 'it is a replica, and its primary has users of its own';
  if (/^cluster_enabled:1/m.test(text)) return 'each node of its cluster has users of its own';
  return null;
}
