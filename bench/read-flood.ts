import { openState } from '../local/state.ts';
import { createResolver } from '../shared/driver/resolver.ts';
import { FLOOD, READ_REFS } from './reads-world.ts';

/** Consumers on the state of `REKEY_HOME`: they ask as often as they are told, whether or not the last read was answered. */
const {
  home = '',
  perSecond,
  seconds,
} = JSON.parse(process.argv[2] ?? '{}') as {
  home?: string;
  perSecond: number;
  seconds: number;
};
const state = openState(home);
const resolver = createResolver(state.services);
let asked = 0;
let failed = 0;
const waiting = new Set<Promise<unknown>>();
const beganMs = performance.now();
process.stdout.write('began\n');
for (;;) {
  const passedMs = performance.now() - beganMs;
  if (passedMs >= seconds * 1_000) break;
  for (const due = (passedMs / 1_000) * perSecond; asked < due; asked += 1) {
    const principal = asked % FLOOD.principals;
    // Each principal has its own secrets, as services have.
    const own = (principal * FLOOD.secretsEach + (asked % FLOOD.secretsEach)) % READ_REFS.length;
    const ref = READ_REFS[own] ?? '';
    const read = resolver
      .read(ref, { user: `service-${principal}`, source: '10.0.0.7' })
      .catch(() => {
        failed += 1;
      })
      .finally(() => waiting.delete(read));
    waiting.add(read);
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await Promise.all(waiting);
const tookMs = performance.now() - beganMs;
process.stdout.write(`${JSON.stringify({ answered: asked - failed, failed, tookMs })}\n`);
state.close();
