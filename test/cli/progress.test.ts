import { expect, test, vi } from 'vitest';
import { EXIT } from '../../cli/exit-codes.ts';
import type { Face } from '../../cli/face.ts';
import { followIncident } from '../../cli/progress.ts';
import { reportIncident } from '../../cli/report-incident.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { applyPeople, callAs, signAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

/** A face that looks once: whoever would look again has missed what there was to see. */
function oneLook(world: World): Face {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  return {
    call: (verb, input) => callAs(world, 'responder', verb, input),
    getReady: () => undefined,
    keepAlive() {
      throw new Error('it looks again');
    },
    lookEveryMs: 0,
  };
}

test('[5.4] two people signed a restore that had nothing to undo: whoever watches hears that it still waits for two', async () => {
  const world = await aWorld({ secrets: 2 });
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised');
  await signAs(world, 'ada', id, 'restore');
  expect(await signAs(world, 'grace', id, 'restore')).toMatchObject({ enough: true, restored: [] });
  const watched = await followIncident(oneLook(world), id);
  expect(watched?.code).toBe(EXIT.awaitingPeople);
  expect(watched?.view).toMatchObject({ state: 'awaiting-reopen', signedBy: [], signaturesNeeded: 2 });
});

test('[5.4] one who signed for the re-opening is shown as one of two, until a fate changes under what he signed', async () => {
  const world = await aWorld({ secrets: 2 });
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised');
  await signAs(world, 'ada', id, 'reopen');
  const look = async () => (await followIncident(oneLook(world), id))?.view.signedBy;
  expect(await look()).toEqual(['ada']);
  world.state.database.exec(
    "UPDATE version SET fate = 'revoked-unproven', doc = json_set(doc, '$.fate', 'revoked-unproven') WHERE fate = 'revoked-proven'",
  );
  expect(await look()).toEqual([]);
});

test('[5.4] with the second signature the workflow goes on by itself, and whoever watches goes on watching', async () => {
  const world = await aWorld({ secrets: 2 });
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised');
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'reopen');
  await expect(followIncident(oneLook(world), id)).rejects.toThrow('it looks again');
  await world.carryOn();
  expect(await followIncident(oneLook(world), id)).toMatchObject({
    code: EXIT.done,
    view: { state: 'sealed', signedBy: ['ada', 'grace'] },
  });
});

test('[5.4] a look that is not answered is said, and the next one is taken; too many in a row end the watching alone', async () => {
  const world = await aWorld({ secrets: 2 });
  const { id } = await world.breakGlass('values-leaked');
  const lost = new RekeyError({
    code: 'answer-lost',
    family: 'OutcomeUnknown',
    message: 'no answer to ShowIncident',
    next: ['rekey status'],
  });
  const said: string[] = [];
  const face = oneLook(world);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const losing = (times: number, error: unknown = lost): Face => ({
    ...face,
    call: async (verb, input) => {
      times -= 1;
      if (times >= 0) throw error;
      return face.call(verb, input);
    },
  });
  expect(await followIncident(losing(5), id)).toMatchObject({ code: EXIT.done, view: { state: 'sealed' } });
  expect(said.filter((line) => line.includes('no answer to ShowIncident; it goes on'))).toHaveLength(5);
  await expect(followIncident(losing(6), id)).rejects.toMatchObject({
    code: 'answer-lost',
    next: [`rekey watch ${id}`, 'rekey status'],
  });
  const denied = new RekeyError({ code: 'not-allowed', family: 'Denied', message: 'no', next: [] });
  await expect(followIncident(losing(1, denied), id)).rejects.toBe(denied);
});

test('[7.2] a mistaken alarm that was undone is over for whoever watches, whatever becomes of its workflow', async () => {
  const world = await aWorld();
  await applyPeople(world, ['ada', 'grace']);
  const { id } = await world.breakGlass('reader-compromised', { scope: { className: 'admins' } });
  for (const person of ['ada', 'grace']) await signAs(world, person, id, 'restore');
  const watch = async () => {
    const watched = await followIncident(oneLook(world), id);
    if (watched === null) throw new Error('detached');
    return watched;
  };
  const waiting = await watch();
  expect(waiting).toMatchObject({
    code: EXIT.done,
    view: { state: 'restored', unproven: 2, execution: { standing: { status: 'running' } } },
  });
  const lines: string[] = [];
  reportIncident({ json: false, print: (line) => lines.push(line) }, waiting.view);
  expect(lines.join('\n')).not.toContain('rekey resume');
  await world.carryOn();
  expect(await watch()).toMatchObject({
    code: EXIT.done,
    view: { state: 'restored', execution: { standing: { status: 'succeeded' } } },
  });
  await world.run(`${id}-r1`, { v: 1, incidentId: id, startedBy: 'r', confirmedAtMs: 1, again: true });
  expect(await watch()).toMatchObject({
    code: EXIT.done,
    view: { state: 'restored', execution: { standing: { status: 'failed', error: 'Conflict' } } },
  });
});
