import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { HealthCheck, mendedBy } from '../../shared/domain/health-check.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { openTarget } from '../../shared/driver/open-target.ts';
import type { TargetSession } from '../../shared/rotators/rotator.ts';

/** Answers whether the target lets Rekey in as its admin. Changes nothing there. */
export const checkTarget = defineFunction({
  name: 'CheckTarget',
  needs: ['registry', 'store', 'rotators', 'clock'],
  input: { targetId: z.string() },
  output: HealthCheck.shape,
  async run({ targetId }, services) {
    const what = `target ${targetId}`;
    const target = await services.registry.target(targetId);
    if (target === null) return { what, ok: false, detail: 'it is not enrolled', next: 'rekey apply' };
    try {
      const session = await openTarget(services, target, {
        writer: 'rekey/doctor',
        through: undefined,
        signal: AbortSignal.timeout(10_000),
      });
      return { what, ...(await doubtsOf(session, target.kind)) };
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      const next = mendedBy(error, `mend it, or targets.${targetId} in rekey.yaml, then: rekey apply`);
      return { what, ok: false, detail: error.message, next };
    }
  },
});

async function doubtsOf(session: TargetSession, kind: string): Promise<Omit<HealthCheck, 'what'>> {
  const detail = 'its admin credential logs in';
  try {
    const doubts = (await session.doubts?.()) ?? [];
    if (doubts.length === 0) return { ok: true, detail };
    return {
      ok: false,
      detail: `${detail}, but ${doubts.join('; ')}`,
      next: `mend it as docs/kinds/${kind}.md says, then: rekey doctor`,
    };
  } finally {
    await session.close();
  }
}
