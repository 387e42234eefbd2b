import { afterAll, beforeAll, describe, test } from 'vitest';
import { withPostgres } from '../../support/postgres.ts';
import { kmsWaits } from './worlds/departures.ts';
import { deployPlace } from './worlds/deployed-place.ts';
import { openEmbeddedPlace } from './worlds/embedded-place.ts';
import type { Place } from './worlds/place.ts';
import type { WorldScenario } from './worlds/scenario.ts';
import { makeSigners } from './worlds/signers.ts';
import { accountGone } from './worlds/stories/account-gone.ts';
import { adminRefused } from './worlds/stories/admin-refused.ts';
import { classDue } from './worlds/stories/class-due.ts';
import { classFrozen } from './worlds/stories/class-frozen.ts';
import { consumersConfirm } from './worlds/stories/consumers-confirm.ts';
import { cutAtOnce } from './worlds/stories/cut-at-once.ts';
import { deadTarget } from './worlds/stories/dead-target.ts';
import { editedPlan } from './worlds/stories/edited-plan.ts';
import { emptyClass } from './worlds/stories/empty-class.ts';
import { foundAgain } from './worlds/stories/found-again.ts';
import { oneSecret } from './worlds/stories/one-secret.ts';
import { readerCompromised } from './worlds/stories/reader-compromised.ts';
import { renamedAndDropped } from './worlds/stories/renamed-and-dropped.ts';
import { repeatedStart } from './worlds/stories/repeated-start.ts';
import { requestApproved } from './worlds/stories/request-approved.ts';
import { requestDeclined } from './worlds/stories/request-declined.ts';
import { requestOvertaken } from './worlds/stories/request-overtaken.ts';
import { requestVoided } from './worlds/stories/request-voided.ts';
import { rolledBack } from './worlds/stories/rolled-back.ts';
import { stoppedByHand } from './worlds/stories/stopped-by-hand.ts';
import { unknownCause } from './worlds/stories/unknown-cause.ts';
import { valuesLeaked } from './worlds/stories/values-leaked.ts';
import { verificationFails } from './worlds/stories/verification-fails.ts';
import { verifiedLate } from './worlds/stories/verified-late.ts';
import { tally, tell } from './worlds/told.ts';
import { createWorld } from './worlds/world.ts';

// The slowest first, and between them those that go in turns.
const SCENARIOS = [
  consumersConfirm,
  readerCompromised,
  rolledBack,
  unknownCause,
  verifiedLate,
  emptyClass,
  deadTarget,
  foundAgain,
  classDue,
  accountGone,
  adminRefused,
  requestApproved,
  renamedAndDropped,
  classFrozen,
  requestDeclined,
  requestVoided,
  requestOvertaken,
  verificationFails,
  stoppedByHand,
  valuesLeaked,
  cutAtOnce,
  oneSecret,
  repeatedStart,
  editedPlan,
];

// One server a world: the same names in both.
const here = withPostgres();
const there = withPostgres();
const signers = makeSigners();
let deployed: Awaited<ReturnType<typeof deployPlace>>;

beforeAll(async () => {
  deployed = await deployPlace(there.server());
}, 1_800_000);
afterAll(async () => {
  signers.remove();
  await deployed.close();
});

describe.concurrent('one truth in two worlds: the fates and the audit', () => {
  test.for(SCENARIOS.map((scenario) => [scenario.title, scenario] as const))(
    '%s',
    // What waits for its turn waits in it.
    { timeout: 1_800_000 },
    async ([, { departures = [], ...scenario }], { expect }) => {
      const { ends, fates, request, confirmed = 0, said } = scenario.truth;
      const [embedded, localStack] = await Promise.all([inEmbedded(scenario), toldIn(deployed, scenario)]);
      const { executions, after, audit, deliveries } = embedded.told;
      expect.soft(executions.map(({ end }) => end)).toEqual(ends);
      expect.soft(tally(after)).toEqual(fates);
      expect.soft(embedded.told.request?.state).toBe(request);
      expect.soft(embedded.said).toEqual(said);
      expect
        .soft(Object.values(deliveries).filter((delivery) => delivery.endsWith(' confirmed')))
        .toHaveLength(confirmed);
      for (const [ref, fate] of Object.entries(after).filter(([, one]) => one.startsWith('revoked-proven')))
        expect.soft(audit[ref]?.at(-1), `${ref}: ${fate}`).toMatch(/^settle success /);
      expect.soft(localStack.said).toEqual(embedded.said);
      const all = [kmsWaits, ...departures];
      for (const departure of departures)
        expect
          .soft(departure.there(embedded.told), `no departure: ${departure.why}`)
          .not.toEqual(embedded.told);
      const there = all.reduce((told, departure) => departure.there(told), embedded.told);
      expect.soft(localStack.told, all.map(({ why }) => why).join('; ')).toEqual(there);
    },
  );
});

async function inEmbedded(scenario: WorldScenario) {
  const place = openEmbeddedPlace(here.server());
  try {
    return await toldIn(place, scenario);
  } finally {
    await place.close();
  }
}

async function toldIn(place: Place, scenario: WorldScenario) {
  const whole = async () => {
    const world = createWorld(place, scenario.name, signers);
    try {
      const said = await scenario.story(world);
      return { said, told: await tell(world.stage()) };
    } finally {
      await world.close();
    }
  };
  return scenario.isRoutine === true ? place.inTurn(whole) : whole();
}
