import { describe, expect, test } from 'vitest';
import { runChecks } from '../../../cli/trial/run-checks.ts';
import { see } from '../../../shared/rotators/contract/check.ts';

const CANARY = 'canary-5f1c';

describe('what was seen is as agreed', () => {
  test.each<[string, unknown, unknown]>([
    ['in each part that is named, whatever else there is', { ok: true, off: false, mark: 'm' }, { ok: true }],
    ['one by one', [{ ok: true }, { ok: false, reason: 'busy' }], [{ ok: true }, { ok: false }]],
  ])('%s', (_how, seen, agreed) => {
    expect(() => see('it', seen, agreed)).not.toThrow();
  });

  test.each<[string, unknown, unknown]>([
    ['one answer too many', [{ ok: true }, { ok: true }], [{ ok: true }]],
    ['one too few', [{ ok: true }], [{ ok: true }, { ok: true }]],
    ['an answer where there were to be several', { 0: { ok: true }, length: 1 }, [{ ok: true }]],
    ['another part', { ok: true, off: true }, { off: false }],
    ['nothing at all', undefined, { ok: true }],
  ])('and is not: %s', (_what, seen, agreed) => {
    expect(() => see('it', seen, agreed)).toThrow(/^it: seen /);
  });
});

test('[4.3] words of a check that is not kept hold no value, whatever came with it', () => {
  const seen = { ok: true, value: CANARY, mark: CANARY, password: CANARY, off: true };
  expect(() => see('the install', seen, { off: false })).toThrow(
    'the install: seen done, off yes, agreed off no',
  );
});

test('[4.3] what a driver says of a failure is not repeated: it may repeat what was sent', async () => {
  const failing = { name: 'install', run: async () => Promise.reject(new Error(`refused ${CANARY}`)) };
  const trial = { checks: [failing], clear: async () => undefined, close: () => undefined };
  const results = await runChecks(trial, new AbortController().signal, () => undefined);
  expect(results).toMatchObject([{ name: 'install', outcome: 'failed' }]);
  expect(JSON.stringify(results)).not.toContain(CANARY);
});
