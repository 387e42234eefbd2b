import { join } from 'node:path';
import { prepareSignature } from '../../functions/prepare-signature/handler.ts';
import { submitSignature } from '../../functions/submit-signature/handler.ts';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { createLocalWorkflows } from '../../local/workflows.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import { type Statement, statementBytes } from '../../shared/domain/signature/statement.ts';
import { changeIncident, incidentNamed } from '../../shared/driver/change-incident.ts';
import type { RekeyFunction } from '../../shared/driver/define-function.ts';
import { statementNow } from '../../shared/driver/judge-incident.ts';
import type { Services } from '../../shared/driver/services.ts';
import type { World } from './world.ts';

/** The services as a command has them, but that no engine process is started: the world's own takes up what was asked. */
export function commandServices({ state: { database, services } }: World): Services {
  return {
    ...services,
    workflows: createLocalWorkflows(database, { ensure: () => undefined, runs: () => true }),
  };
}

/** One function, as the command of that user calls it. */
export function callAs<Input, Output>(
  world: World,
  user: string,
  verb: RekeyFunction<keyof Services, Input, Output>,
  input: Input,
): Promise<Output> {
  const context = { untilMs: Number.MAX_SAFE_INTEGER, caller: { user, source: 'local:1' } };
  return verb.invoke(commandServices(world), { ...input, v: 1 }, context);
}

/** People, each with a key of their own in a file beside the state, applied as `rekey.yaml` would. */
export async function applyPeople(world: World, names: readonly string[]): Promise<void> {
  const people = names.map((name) => ({ name, sshKeys: [makeSshKey(keyFileOf(world, name), name)] }));
  await world.state.services.registry.applyEnrolment([{ put: { people }, remove: {}, entries: [] }]);
}

export function keyFileOf({ home }: World, person: string): string {
  return join(home, `${person}.key`);
}

/** A statement signed by a person's own key. */
export function armoredBy(world: World, person: string, statement: Statement): Promise<string> {
  return signWithKeyFile({
    keyFile: keyFileOf(world, person),
    namespace: SIGNATURE_NAMESPACE,
    message: statementBytes(statement),
  });
}

/** `rekey reopen` or `rekey restore` of one person, up to where it would watch. */
export async function signAs(
  world: World,
  person: string,
  incidentId: string,
  purpose: Statement['purpose'],
) {
  const { statement } = await callAs(world, person, prepareSignature, { incidentId, purpose });
  return callAs(world, person, submitSignature, {
    incidentId,
    purpose,
    person,
    armored: await armoredBy(world, person, statement),
    expiresAtMs: statement.expiresAtMs,
  });
}

/** A person's signature kept with the incident, and nothing that follows from it. */
export async function keepSignature(
  world: World,
  person: string,
  incidentId: string,
  purpose: Statement['purpose'],
): Promise<void> {
  const { services } = world.state;
  const atMs = services.clock.nowMs();
  const expiresAtMs = atMs + 60_000;
  const incident = await incidentNamed(services, incidentId);
  const armored = await armoredBy(
    world,
    person,
    await statementNow(services, incident, purpose, expiresAtMs),
  );
  await changeIncident(services, incidentId, (before) => ({
    incident: { ...before, signatures: [...before.signatures, { person, armored, atMs, expiresAtMs }] },
  }));
}
