import { globSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createContext } from '../../cli/context.ts';
import { formatError } from '../../cli/screen/error.ts';
import { renderProgress } from '../../cli/screen/progress.ts';
import { renderRotationPlan } from '../../cli/screen/rotation-plan.ts';
import { asSeen, onOneLine } from '../../cli/screen/seen.ts';
import { RekeyError } from '../../shared/domain/errors.ts';

/** What a caller may call itself: colours, a moved cursor, a line of its own, writing turned round, letters that nobody sees. */
const HOSTILE = {
  colours: '\u001b[31mred',
  'an eighth bit’s control sequence': '\u009b2Jgone',
  'a line over the line': 'late\rok',
  'a line of its own': 'bob\n9 2026-11-24T03:00:00.000Z read success ada',
  'a paragraph of its own': 'bob\u2029ada',
  'writing turned round': 'bob\u202etxt.exe',
  'an isolate that never ends': 'bob\u2067',
  'a letter of no width': 'ad\u200ba',
  'a tag beyond the first plane': 'ada\u{e0041}',
  'half of a letter': 'ada\ud800',
} as const;

test.each(Object.entries(HOSTILE))('[6.2] %s is written out, and the line stays one', (_, text) => {
  const seen = onOneLine(`read by ${text}.`);
  expect(seen).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(seen).toMatch(/\\u[0-9a-f]{4}/);
  // As JSON it is the same text again.
  expect(JSON.parse(onOneLine(JSON.stringify(text)))).toBe(text);
});

test('[6.2] whatever can be seen stays as it is, in any writing', () => {
  const text = 'vault://prod/zürich/ключ 鍵 → 👍 “é”';
  expect(onOneLine(text)).toBe(text);
  expect(asSeen(`a\n\tb ${text}`)).toBe(`a\n\tb ${text}`);
});

test('[6.2] what a command prints and says is a line each, and a screen has its own lines', async () => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const spied = vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    onTestFinished(() => spied.mockRestore());
  }
  const context = await createContext({});
  const text = `${HOSTILE['a line of its own']}${HOSTILE.colours}`;
  context.print(text);
  context.say(text);
  context.show(`ours\n${HOSTILE.colours}`);
  expect(written.map((line) => line.split('\n').length - 1)).toEqual([1, 1, 2]);
  expect(written.join('')).not.toMatch(/[^\P{C}\n]/u);
});

/** Bytes that are passed on as they came, an answer that is typed, and the two that see to what they write. */
const WRITERS = ['ask-secret.ts', 'commands/scan.ts', 'context.ts', 'report-error.ts'];

test('[6.2] nothing is written to a terminal past the one place that sees to it', () => {
  const cli = new URL('../../cli/', import.meta.url).pathname;
  const writing = globSync('**/*.ts', { cwd: cli }).filter((file) =>
    /process\.std(?:out|err)\.write|console\./.test(readFileSync(`${cli}${file}`, 'utf8')),
  );
  expect(writing.sort()).toEqual(WRITERS);
});

test('[6.2] a plan, an error and a live screen have no lines but their own', () => {
  const plan = renderRotationPlan(
    {
      v: 1,
      scope: { className: 'payments', tenant: HOSTILE['a line of its own'] },
      epoch: 1,
      secrets: [],
      byHand: [],
      last: [],
      targets: [],
      consumers: [],
      graceMs: 1,
    } as unknown as Parameters<typeof renderRotationPlan>[0],
    'hash',
  );
  expect(plan.split('\n')[0]).toContain('bob\\u000a9');
  const error = formatError(
    new RekeyError({
      code: 'x',
      family: 'Denied',
      message: HOSTILE.colours,
      next: [HOSTILE['writing turned round']],
    }),
  );
  expect(error).not.toMatch(/[^\P{C}\n]/u);
  const [head] = renderProgress(
    {
      incident: 'inc-1',
      scope: { className: `pay${HOSTILE['an eighth bit’s control sequence']}` },
      cause: 'unknown',
      state: 'open',
      elapsedMs: 1,
      layers: [],
      targets: [],
      brake: null,
      unconfirmed: [],
    },
    { columns: 200, rows: 24 },
  );
  expect(head).toContain('pay\\u009b2J');
});
