import { afterAll, beforeAll, describe, test } from 'vitest';
import { DEPARTURES } from './departures.ts';
import { runEmbedded } from './embedded-world.ts';
import { branches } from './scenarios/branches.ts';
import { breakGlass } from './scenarios/break-glass.ts';
import { data } from './scenarios/data.ts';
import { errors } from './scenarios/errors.ts';
import { manualRotation } from './scenarios/manual-rotation.ts';
import { scheduledRotation } from './scenarios/scheduled-rotation.ts';
import { sizes } from './scenarios/sizes.ts';
import { tokens } from './scenarios/tokens.ts';
import { StepFunctionsWorld } from './step-functions-world.ts';
import { pathOf } from './story.ts';

// The slowest first: several run at once, and most of them wait.
const scenarios = [
  ...sizes,
  ...breakGlass,
  ...manualRotation,
  ...scheduledRotation,
  ...tokens,
  ...errors,
  ...branches,
  ...data,
];
const world = new StepFunctionsWorld();
beforeAll(() => world.open());
afterAll(() => world.close());

describe.concurrent('one truth in two worlds', () => {
  test.for(scenarios.map((scenario) => [scenario.title, scenario] as const))(
    '%s',
    async ([title, scenario], { expect }) => {
      const [embedded, there] = await Promise.all([runEmbedded(scenario), world.run(scenario)]);
      expect.soft(embedded.end).toMatchObject(scenario.end);
      expect.soft(pathOf(embedded)).toBe(scenario.path);
      for (const [name, count] of Object.entries(scenario.calls ?? {}))
        expect.soft(embedded.calls[name], name).toHaveLength(count);
      const departure = DEPARTURES[title];
      if (departure === undefined) {
        expect.soft(there).toEqual(embedded);
      } else {
        expect.soft(there, departure.documented.join(' says: ')).toMatchObject(departure.localStack);
        expect.soft(there, 'LocalStack departs no longer: take the entry out').not.toEqual(embedded);
      }
    },
  );

  test('every departure is a scenario’s', ({ expect }) => {
    expect(scenarios.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.keys(DEPARTURES)));
  });
});
