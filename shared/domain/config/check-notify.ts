import type { World } from '../consumer.ts';
import { NOTICE_MEANS_OF } from '../notify.ts';
import type { Add } from './add-mistake.ts';
import type { LooseConfig } from './loose.ts';

const WHY_NOT: Readonly<Record<string, string>> = {
  email: 'one machine sends no e-mail: a webhook can',
};

/** Where people are told has to be a place that there is, in the world that the file is for. */
export function checkNotify(config: LooseConfig, world: World | undefined, add: Add): void {
  const enrolled = new Set(config.secrets.map(({ ref }) => ref));
  for (const [name, { notify }] of Object.entries(config.classes)) {
    for (const [index, { by, signingKey }] of notify.entries()) {
      const at = ['classes', name, 'notify', index];
      const worlds = world === undefined ? Object.values(NOTICE_MEANS_OF) : [NOTICE_MEANS_OF[world]];
      const known: readonly string[] = worlds.flat();
      const why = WHY_NOT[by ?? ''];
      if (why !== undefined && !known.includes(by ?? '')) add([...at, 'by'], 'not-in-this-world', why);
      if (by === 'slack' && config.slack === undefined)
        add([...at, 'by'], 'undefined', 'there is no workspace: slack, at the file’s first level, names one');
      if (signingKey !== undefined && !enrolled.has(signingKey))
        add([...at, 'signingKey'], 'undefined', `there is no secret "${signingKey}"`);
    }
  }
}
