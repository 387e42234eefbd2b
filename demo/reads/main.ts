import { openState } from '../../local/state.ts';
import { openLocalPlane } from '../local-plane.ts';
import type { Cleanups } from '../plane.ts';
import { createWorld } from '../world.ts';
import { DECOY, detectionOf, tellReads } from './story.ts';

const ACCOUNT = '111122223333';
const SECRETS = 24;

/** `npm run demo -- reads`: on this machine. */
export async function demonstrateReads(say: (text: string) => void, cleanups: Cleanups): Promise<number> {
  const world = await createWorld({
    secrets: SECRETS,
    deadline: '15m',
    say,
    cleanups,
    openPlane: openLocalPlane,
    more: {
      detection: detectionOf(ACCOUNT),
      secrets: [{ ref: DECOY, class: 'platform', tenant: 'platform', decoy: true }],
    },
  });
  const state = openState(world.plane.home);
  cleanups.push(() => state.close());
  const stolen = 'Checkout';
  const { cases, incident, handedOut, refused, faults } = await tellReads(
    world,
    {
      cast: {
        account: ACCOUNT,
        region: 'eu-central-1',
        secrets: world.accounts.map(({ ref }) => nameOf(ref)),
        decoy: nameOf(DECOY),
        stolen,
      },
      async tell(records) {
        const input = records.map((record) => JSON.stringify(record)).join('\n');
        const { code, stdout } = await world.rekey(['audit', 'import', '--format', 'cloudtrail'], { input });
        if (code !== 0) throw new Error(`the import failed: ${stdout.trim()}`);
        say(`  ${stdout.trim()}`);
      },
      reads: (ref) =>
        state.resolver
          .read(ref, {
            user: `arn:aws:sts::${ACCOUNT}:assumed-role/${stolen}/i-0abc`,
            source: '198.51.100.77',
          })
          .then(
            () => true,
            () => false,
          ),
    },
    say,
  );
  process.stdout.write(
    [
      '',
      `${cases.length} cases of one day; the thief’s rights read nothing any more: ${refused} tries, ${handedOut} handed out`,
      `${incident.provenRevoked} of ${SECRETS} credentials of the class revoked-proven (${incident.incident})`,
      '',
    ].join('\n'),
  );
  for (const fault of faults) say(`NOT AS IT SHOULD BE: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** On one machine others call a secret by the path in its reference. */
function nameOf(ref: string): string {
  return ref.slice('vault://'.length);
}
