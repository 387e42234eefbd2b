import { describeRotator } from '../../contracts/rotator.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

const world = withRedisTarget();
let values = 0;
const fresh = () => `canary-value-${(values += 1)}`;

describeRotator(
  'redis',
  () => ({
    ...world,
    session: () => world.session(),
    logsIn: world.getsIn,
    stayIn: world.staysIn,
    missing: () => ({ ref: 'vault://t/none', account: { user: 'none' } }),
    fresh,
  }),
  'beside',
);
