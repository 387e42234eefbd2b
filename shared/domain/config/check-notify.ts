import type { World } from '../consumer.ts';
import { NOTICE_MEANS_OF } from '../notify.ts';
import type { LooseConfig } from './loose.ts';
import type { Add } from './parse.ts';

const WHY_NOT: Readonly<Record<World, string>> = {
  'one-machine': 'one machine sends no e-mail: slack, or a webhook that does',
  aws: 'AWS has no such means',
};

/** Where people are told has to be a place that there is, in the world that the file is for. */
export function checkNotify(config: LooseConfig, world: World | undefined, add: Add): void {
  const enrolled = new Set(config.secrets.map(({ ref }) => ref));
  for (const [name, { notify }] of Object.entries(config.classes)) {
    for (const [index, { by, signingKey }] of notify.entries()) {
      const at = ['classes', name, 'notify', index];
      const known: readonly string[] = world === undefined ? [] : NOTICE_MEANS_OF[world];
      const other: readonly string[] = Object.values(NOTICE_MEANS_OF).flat();
      if (by !== undefined && world !== undefined && other.includes(by) && !known.includes(by))
        add([...at, 'by'], 'not-in-this-world', WHY_NOT[world]);
      if (by === 'slack' && config.slack.botToken === undefined)
        add([...at, 'by'], 'undefined', 'there is no slack in this file');
      if (signingKey !== undefined && !enrolled.has(signingKey))
        add([...at, 'signingKey'], 'undefined', `there is no secret "${signingKey}"`);
    }
  }
}
