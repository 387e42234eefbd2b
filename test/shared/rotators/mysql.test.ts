import { namesOf } from '../../../shared/rotators/mysql/kind.ts';
import { describeRotator } from '../../contracts/rotator.ts';
import { createTurns } from '../../support/in-turns.ts';
import { withMariadbTarget } from '../../support/mariadb-target.ts';

const world = withMariadbTarget();
let values = 0;
const fresh = () => `canary-value-${(values += 1)}`;

describeRotator('mysql', () => ({ ...world, patienceMs: 0, session: () => world.session(), fresh }));

const turns = createTurns(namesOf);
const byName = (user: string): { ref: string; account: { user: string } } => ({
  ref: 'vault://t/login',
  account: { user },
});

describeRotator(
  'mysql, two users in turn',
  () => ({
    ...world,
    patienceMs: 0,
    fresh,
    session: async () => turns.of(await world.session()),
    async account() {
      const { account, password } = await world.account();
      const user = account.account['user'] ?? '';
      const owner = `${user}_owner`;
      await world.sql(`CREATE ROLE ${owner}`);
      await world.sql(`GRANT ${owner} TO '${user}'@'%'`);
      await world.sql(`SET DEFAULT ROLE ${owner} FOR '${user}'@'%'`);
      return { account: { ...account, account: { user, alternate: `${user}_b`, owner } }, password };
    },
    missing: () => ({
      ref: 'vault://t/none',
      account: { user: 'none', alternate: 'none_b', owner: 'none_owner' },
    }),
    logsIn: (account, password) => world.logsIn(byName(turns.nameFor(account, password)), password),
    stayIn: (account, password) => world.stayIn(byName(turns.nameFor(account, password)), password),
  }),
  'beside',
);
