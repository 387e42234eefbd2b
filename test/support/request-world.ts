import { join } from 'node:path';
import { decideRequest } from '../../functions/decide-request/handler.ts';
import { planRotation } from '../../functions/plan-rotation/handler.ts';
import { requestRotation } from '../../functions/request-rotation/handler.ts';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import type { Person } from '../../shared/domain/person.ts';
import type { ApprovalPolicy } from '../../shared/domain/request/policy.ts';
import { DEFAULT_APPROVAL } from '../../shared/domain/request/policy.ts';
import type { Decision, RequestRecord } from '../../shared/domain/request/record.ts';
import { decisionBytes, decisionStatement } from '../../shared/domain/request/statement.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import type { RotationNames } from '../../shared/driver/rotation-scope.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { aClass } from '../contracts/records.ts';
import { FrozenClock } from './clock.ts';
import { callAs } from './people.ts';
import { aWorld, type World } from './world.ts';

/** Everybody among people here, each by the operating system's user, a key in a file, and IAM. */
export const PEOPLE = ['ada', 'grace', 'barbara', 'joan'] as const;
export type Name = (typeof PEOPLE)[number];

export function sessionOf(name: string): string {
  return `arn:aws:sts::111122223333:assumed-role/People/${name}`;
}

function keyFileOf({ home }: World, person: string): string {
  return join(home, `${person}.key`);
}

/** A world with people, whose clock stands still unless another is given. */
export async function aRequestWorld(
  options: {
    readonly approval?: Partial<ApprovalPolicy>;
    readonly groups?: Readonly<Partial<Record<Name, readonly string[]>>>;
    readonly secrets?: number;
    readonly targets?: number;
    readonly clock?: Clock;
  } = {},
): Promise<World & { readonly clock: Clock }> {
  const { approval, groups = {}, secrets = 2, targets = 1, clock = new FrozenClock() } = options;
  const world = await aWorld({ secrets, targets, clock });
  const people = PEOPLE.map(
    (name): Person => ({
      name,
      user: name,
      sshKeys: [makeSshKey(keyFileOf(world, name), name)],
      iam: [sessionOf(name)],
      ...(groups[name] === undefined ? {} : { groups: groups[name] }),
    }),
  );
  const { policy, ...rest } = aClass('payments');
  const record = {
    ...rest,
    policy: approval === undefined ? policy : { ...policy, approval: { ...DEFAULT_APPROVAL, ...approval } },
  };
  await world.state.services.registry.applyEnrolment([
    { put: { people, classes: [record] }, remove: {}, entries: [] },
  ]);
  return Object.assign(world, { clock });
}

/** `rekey rotate` of one person, up to where it would watch. */
export async function requestAs(
  world: World,
  user: string,
  names: RotationNames & { readonly notBefore?: string } = { class: 'payments' },
): Promise<string> {
  const { refs, ...others } = names;
  const { planHash } = await callAs(world, user, planRotation, {
    ...others,
    ...(refs === undefined ? {} : { refs: [...refs] }),
  });
  const { view } = await callAs(world, user, requestRotation, { planHash, reason: 'quarterly' });
  return view.request;
}

export async function requestIn({ state }: World, requestId: string): Promise<RequestRecord> {
  const request = await state.services.registry.request(requestId);
  if (request === null) throw new Error(`there is no ${requestId}`);
  return request;
}

/** A decision signed by a person's own key, over the request as it is unless something else is to be signed. */
export async function signedBy(
  world: World,
  person: string,
  requestId: string,
  decision: Decision['decision'],
  about: Partial<Pick<RequestRecord, 'id' | 'planHash' | 'expiresAtMs'>> = {},
): Promise<string> {
  const statement = decisionStatement({ ...(await requestIn(world, requestId)), ...about }, decision);
  return signWithKeyFile({
    keyFile: keyFileOf(world, person),
    namespace: SIGNATURE_NAMESPACE,
    message: decisionBytes(statement),
  });
}

/** `rekey approve` or `rekey deny` on one machine, where ada sits: by the person's key. */
export async function decideBySsh(
  world: World,
  person: string,
  requestId: string,
  decision: Decision['decision'] = 'approve',
) {
  const { planHash } = await requestIn(world, requestId);
  const armored = await signedBy(world, person, requestId, decision);
  const { view } = await callAs(world, 'ada', decideRequest, { requestId, decision, planHash, armored });
  return view;
}

/** The same on AWS: by whoever signed the call. */
export async function decideByIam(
  world: World,
  person: string,
  requestId: string,
  decision: Decision['decision'] = 'approve',
) {
  const { planHash } = await requestIn(world, requestId);
  const input = { requestId, decision, planHash };
  return (await callAs(world, sessionOf(person), decideRequest, input)).view;
}
