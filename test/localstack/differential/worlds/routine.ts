import { decideRequest } from '../../../../functions/decide-request/handler.ts';
import { planRotation } from '../../../../functions/plan-rotation/handler.ts';
import { requestRotation } from '../../../../functions/request-rotation/handler.ts';
import { rollBack as rollBackFunction } from '../../../../functions/roll-back/handler.ts';
import { setFreeze } from '../../../../functions/set-freeze/handler.ts';
import { signWithKeyFile } from '../../../../local/ssh/sign.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { Decision } from '../../../../shared/domain/request/record.ts';
import { decisionBytes, decisionStatement } from '../../../../shared/domain/request/statement.ts';
import type { SecretRecord } from '../../../../shared/domain/secret.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import { SIGNATURE_NAMESPACE } from '../../../../shared/domain/signature/ssh-signature.ts';
import { routineGoesOnAt } from '../../../../shared/domain/under-way.ts';
import { requestNamed } from '../../../../shared/driver/change-request.ts';
import type { Place } from './place.ts';
import type { Signers } from './signers.ts';

const CALL_MS = 60_000;
const NO_INCIDENT = { incidents: [] };

/** What the schedule does to a class, and what people ask of it, while nothing has leaked. */
export interface Routine {
  /** The schedule fires. */
  startSchedule(): Promise<void>;
  /** It fires, and its run comes to its end. */
  runSchedule(): Promise<void>;
  /** Nothing of the class begins by itself any more. */
  freeze(): Promise<void>;
  /** A person asks for the whole class, and the request waits for others. */
  request(person: string): Promise<void>;
  /** How the request stands with what he says, or the code of the refusal. With the last word that it needs it comes to its end. */
  decide(person: string, decision: Decision['decision']): Promise<string>;
  /** Gives readers the version before the current one again; its own run sees it through to its end. */
  rollBack(ref: SecretRef): Promise<void>;
  /** Waits until every consumer that was told has confirmed. */
  untilConfirmed(): Promise<void>;
  /** Waits until a run can go on with everything that is under way: a grace is over, confirmations are looked for again. */
  untilItGoesOn(): Promise<void>;
  /** Waits until a secret is set aside, and readers have the new value of every other one. */
  untilSetAside(ref: SecretRef): Promise<void>;
}

interface Surroundings {
  readonly place: Place;
  readonly className: string;
  readonly signers: Signers;
  readonly refs: () => readonly SecretRef[];
  readonly until: (what: string, holds: () => Promise<boolean>) => Promise<void>;
}

export function createRoutine({ place, className, signers, refs, until }: Surroundings) {
  const { services } = place;
  const { registry, workflows, clock } = services;
  const runs: string[] = [];
  let requestId: string | null = null;

  const as = (user: string) => ({
    untilMs: clock.nowMs() + CALL_MS,
    caller: { user, source: 'test' },
  });
  const requestNow = () => {
    if (requestId === null) throw new Error('nothing was asked for');
    return requestNamed(services, requestId);
  };
  const ended = async (execution: string) => {
    const { status } = await workflows.standing(execution);
    return status === 'succeeded' || status === 'failed';
  };
  const rest = () => {
    const newest = requestId ?? runs.at(-1) ?? '';
    return until(`the end of ${newest}`, () => ended(newest));
  };
  const secretsThat = async (hold: (secret: SecretRecord) => boolean) =>
    (await registry.secrets(refs())).every(hold);

  const routine: Routine = {
    async startSchedule() {
      const run = `rot-${className}-${runs.length + 1}`;
      runs.push(run);
      await workflows.startRotation(run, { v: 1, refs: [] });
    },
    async runSchedule() {
      await routine.startSchedule();
      await rest();
    },
    async freeze() {
      await setFreeze.invoke(services, { v: 1, className, frozen: true, reason: 'month end' }, as('alice'));
    },
    async request(person) {
      const { planHash } = await planRotation.invoke(services, { v: 1, class: className }, as(person));
      const asked = { v: 1, planHash, reason: 'quarterly' } as const;
      const { view } = await requestRotation.invoke(services, asked, as(person));
      requestId = view.request;
      await until('a request that waits', async () => (await requestNow()).taskToken !== undefined);
    },
    async decide(person, decision) {
      const request = await requestNow();
      const armored = await signWithKeyFile({
        keyFile: signers.keyFile(person),
        namespace: SIGNATURE_NAMESPACE,
        message: decisionBytes(decisionStatement(request, decision)),
      });
      const said = { v: 1, requestId: request.id, decision, planHash: request.planHash, armored } as const;
      try {
        const { view } = await decideRequest.invoke(services, said, as('responder'));
        if (view.state !== 'pending') await rest();
        return view.state;
      } catch (error) {
        if (error instanceof RekeyError) return error.code;
        throw error;
      }
    },
    async rollBack(ref) {
      const asked = { v: 1, ref, reason: 'consumers cannot use it' } as const;
      const { operationId } = await rollBackFunction.invoke(services, asked, as('alice'));
      runs.push(operationId);
      await rest();
    },
    untilConfirmed: () =>
      until('every confirmation', async () => {
        const told = (await Promise.all(runs.map((run) => registry.deliveries(run)))).flat();
        return told.every(({ state }) => state === 'confirmed');
      }),
    untilItGoesOn: () =>
      until('what is under way', () =>
        secretsThat((secret) => (routineGoesOnAt(secret, NO_INCIDENT, clock.nowMs()) ?? 0) <= clock.nowMs()),
      ),
    untilSetAside: (ref) =>
      until(`that ${ref} is set aside`, () =>
        secretsThat(({ ref: own, rotation }) =>
          own === ref ? rotation?.parked !== undefined : rotation?.stage === 'grace',
        ),
      ),
  };
  return {
    routine,
    rest,
    begun: () => requestId !== null || runs.length > 0,
    told: () => ({ runs, requestId }),
  };
}
