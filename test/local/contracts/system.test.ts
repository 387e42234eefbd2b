import { systemClock, systemRandom } from '../../../local/system.ts';
import { describeClock } from '../../contracts/clock.ts';
import { describeRandom } from '../../contracts/random.ts';
import { FrozenClock, seededRandom } from '../../support/clock.ts';

describeClock('of the system', () => systemClock);
describeRandom('of the system', () => systemRandom);

// The doubles of the other tests are bound by the same suites.
describeClock('that is frozen', () => new FrozenClock());
describeRandom('that is seeded', () => seededRandom(1));
