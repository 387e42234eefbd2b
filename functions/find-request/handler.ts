import * as z from 'zod';
import { requestNamed } from '../../shared/driver/change-request.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** What waits for people has at least that long: longer than Lambda lets the step run that begins the waiting. */
const LEAST_SECONDS = 60;

/**
 * Leaves nothing. Answers whether the request waits for people, and for how long it still can. `NotFound` `request-unknown`
 * until whoever asked has written it down.
 */
export const findRequest = defineFunction({
  name: 'FindRequest',
  needs: ['registry', 'clock'],
  input: { requestId: z.string() },
  output: { requestId: z.string(), waits: z.boolean(), lifeSeconds: z.number() },
  async run({ requestId }, { registry, clock }) {
    const { state, expiresAtMs } = await requestNamed({ registry }, requestId);
    const leftMs = expiresAtMs - clock.nowMs();
    return {
      requestId,
      waits: state === 'pending' && leftMs > 0,
      lifeSeconds: Math.max(LEAST_SECONDS, Math.ceil(leftMs / 1_000)),
    };
  },
});
