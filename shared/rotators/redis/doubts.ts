import type { AdminConnection } from './admin-connection.ts';
import { otherNodes } from './other-nodes.ts';
import { listOf, Refusal, textOf } from './resp.ts';

/** What will keep an old password from being proven dead at this server, as far as it can be known without a change. */
export async function doubtsAbout(admin: AdminConnection): Promise<string[]> {
  const elsewhere = await otherNodes(admin);
  return [
    ...(elsewhere === null ? [] : [`what is proven at this node is not at the others: ${elsewhere}`]),
    ...((await keepsUsers(admin))
      ? []
      : [
          'it keeps its users in memory only (no aclfile, no configuration file): a restart would undo a revocation',
        ]),
  ];
}

/** True also where that cannot be seen: it is found out when they are saved. */
async function keepsUsers(admin: AdminConnection): Promise<boolean> {
  const [file, server] = await admin.ask([
    ['CONFIG', 'GET', 'aclfile'],
    ['INFO', 'server'],
  ]);
  if (file instanceof Refusal || textOf(listOf(file)[1]) !== '') return true;
  return /^config_file:\S/m.test(textOf(server));
}
