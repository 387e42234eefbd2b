import { expect, test } from 'vitest';
import { type LiveCanary, measureDenial } from '../../cli/live/measure-denial.ts';
import { canaryKeyRoles } from '../../cli/live/open-canary.ts';
import { type Door, renderKeyPolicy } from '../../shared/adapters/aws/kms/key-policy.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { CanaryAnswer } from '../../shared/ports/canary.ts';
import { FrozenClock } from '../support/clock.ts';
import { isAllowed } from '../support/evaluate-policy.ts';

const DENIED: CanaryAnswer = { state: 'denied', code: 'key-closed' };
const ALLOWED: CanaryAnswer = { state: 'allowed' };

/** A vault whose far ends learn late: what each read meets, by how long ago the key was closed or opened. */
function aVault(
  clock: FrozenClock,
  answers: {
    readonly closed: (sinceMs: number) => CanaryAnswer;
    readonly open?: (sinceMs: number) => CanaryAnswer;
  },
): LiveCanary & { closed: boolean } {
  let switchedAtMs = clock.ms;
  const vault = {
    closed: false,
    read: async () => {
      const sinceMs = clock.ms - switchedAtMs;
      return vault.closed ? answers.closed(sinceMs) : (answers.open?.(sinceMs) ?? ALLOWED);
    },
    close: async () => {
      switchedAtMs = clock.ms;
      clock.ms += 40;
      vault.closed = true;
    },
    open: async () => {
      switchedAtMs = clock.ms;
      vault.closed = false;
    },
  };
  return vault;
}

const briefly = (checks: Awaited<ReturnType<typeof measureDenial>>) =>
  checks.map(({ what, ok, detail }) => [what, ok, detail]);

test('[5.4] the time to deny counts from before the call to the first denial that is followed by no other answer', async () => {
  const clock = new FrozenClock();
  // Denied once early, by a far end that was fast; for good after 2 s.
  const vault = aVault(clock, { closed: (ms) => (ms >= 2_000 || (ms > 500 && ms < 700) ? DENIED : ALLOWED) });
  expect(briefly(await measureDenial(vault, clock))).toEqual([
    ['canary before', true, 'read after 0 ms'],
    ['time to deny', true, 'denied after 2040 ms'],
    ['canary after', true, 'read again after 0 ms'],
  ]);
  expect(vault.closed).toBe(false);
});

test('[5.4] where no key is enforced it says so, is not in order, and leaves the canary open', async () => {
  const clock = new FrozenClock();
  const vault = aVault(clock, { closed: () => ALLOWED });
  const checks = await measureDenial(vault, clock);
  expect(checks[1]).toMatchObject({
    ok: false,
    detail: expect.stringContaining('NOT ENFORCED HERE: still allowed'),
  });
  expect(checks[2]).toMatchObject({ ok: true });
  expect(vault.closed).toBe(false);
});

test('a vault that does not answer has denied nobody', async () => {
  const clock = new FrozenClock();
  const vault = aVault(clock, { closed: () => ({ state: 'failed', message: 'no answer' }) });
  expect((await measureDenial(vault, clock))[1]).toMatchObject({
    ok: false,
    detail: expect.stringContaining('still failing (no answer)'),
  });
});

test('a reader who cannot read before is no canary: nothing is closed', async () => {
  const clock = new FrozenClock();
  const vault = aVault(clock, { closed: () => DENIED, open: () => DENIED });
  expect(briefly(await measureDenial(vault, clock))).toEqual([
    ['canary before', false, expect.stringContaining('not read within')],
  ]);
  expect(vault.closed).toBe(false);
});

test('[7.2] a lift that is refused is not in order, and neither is a reader who stays denied', async () => {
  const clock = new FrozenClock();
  const everClosed = { closed: false };
  const stays: LiveCanary = {
    read: async () => (everClosed.closed ? DENIED : ALLOWED),
    close: async () => {
      everClosed.closed = true;
    },
    open: async () => undefined,
  };
  expect((await measureDenial(stays, clock)).at(-1)).toMatchObject({ what: 'canary after', ok: false });
  const refused = new RekeyError({
    code: 'not-permitted',
    family: 'Denied',
    message: 'kms:PutKeyPolicy was refused',
  });
  const vault = { ...aVault(clock, { closed: () => DENIED }), open: () => Promise.reject(refused) };
  expect((await measureDenial(vault, clock)).at(-1)).toMatchObject({
    ok: false,
    detail: 'kms:PutKeyPolicy was refused',
  });
});

test('[5.4] the canary’s key, closed as a class’s key is, refuses the stage’s reader; whoever looks can open it again', async () => {
  const roles = canaryKeyRoles('111122223333', 'eu-central-1', 'rekey-prod');
  const ask = (door: Door, principal: string, action: string) =>
    isAllowed({
      principal: `arn:aws:iam::111122223333:${principal}`,
      action,
      key: 'arn:aws:kms:eu-central-1:111122223333:key/1',
      policy: renderKeyPolicy(door, roles),
      context: {
        'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN':
          'arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekey-prod/rekey-doctor/canary-AbCdEf',
      },
    });
  const reader = 'role/rekey-prod/readers/rekey-prod-ReaderRole-1';
  expect(await ask('open', reader, 'kms:Decrypt')).toBe(true);
  expect(await ask('over', reader, 'kms:Decrypt')).toBe(false);
  for (const looks of ['role/aws-reserved/sso.amazonaws.com/Platform', 'user/ada']) {
    expect(await ask('over', looks, 'kms:PutKeyPolicy')).toBe(true);
    expect(await ask('over', looks, 'kms:Decrypt')).toBe(false);
  }
});
