import { describe, expect, test } from 'vitest';
import type { RekeyError } from '../../../../shared/domain/errors.ts';
import { readCommand } from '../../../../shared/domain/slack/command.ts';

function mistake(text: string): string {
  try {
    return JSON.stringify(readCommand(text));
  } catch (error) {
    const { code, message } = error as RekeyError;
    return code === 'slack-command' ? message : code;
  }
}

describe('[F.1] /rekey', () => {
  test('alone, and help, say what there is', () => {
    expect([readCommand(''), readCommand('  help ')]).toEqual([{ verb: 'help' }, { verb: 'help' }]);
  });

  test('status and incident ask for no more than a name', () => {
    expect([readCommand('status'), readCommand('incident'), readCommand('incident inc-1')]).toEqual([
      { verb: 'status' },
      { verb: 'incident' },
      { verb: 'incident', id: 'inc-1' },
    ]);
  });

  test('rotate takes a reason to the end, and what is named in the command line’s words', () => {
    expect(readCommand('rotate --class payments --tenant acme --reason quarterly, as agreed')).toEqual({
      verb: 'rotate',
      named: { class: 'payments', tenant: 'acme', secrets: [] },
      reason: 'quarterly, as agreed',
    });
    expect(readCommand('rotate vault://a/one vault://a/two --reason "left the team" --target db')).toEqual({
      verb: 'rotate',
      named: { target: 'db', secrets: ['vault://a/one', 'vault://a/two'] },
      reason: 'left the team',
    });
  });

  test('break-glass takes cause, scope and what a responder knows', () => {
    expect(
      readCommand('break-glass --class payments --cause unknown --since 2h --principal mallory --cut now'),
    ).toEqual({
      verb: 'break-glass',
      named: { class: 'payments', secrets: [] },
      cause: 'unknown',
      cutNow: true,
      since: '2h',
      principal: 'mallory',
    });
    expect(readCommand('break-glass --secret vault://a/one --cause values-leaked')).toMatchObject({
      named: { secrets: ['vault://a/one'] },
      cutNow: false,
    });
  });

  test('is understood with the dashes and quotation marks that a phone makes', () => {
    expect(readCommand('rotate —class payments –reason “left —as it is— the team”')).toEqual({
      verb: 'rotate',
      named: { class: 'payments', secrets: [] },
      reason: 'left —as it is— the team',
    });
  });
});

describe('[F.1] a mistake in /rekey', () => {
  test.each([
    ['statsu', 'there is no command statsu (did you mean status?)'],
    ['frobnicate', 'there is no command frobnicate'],
    ['__proto__', 'there is no command __proto__'],
    ['status now', 'status does not take now'],
    ['status --class a', 'status has no --class'],
    ['incident a b', 'incident does not take b'],
    [
      'rotate',
      '--reason is missing: whoever approves reads it; nothing is named: --class, --tenant, --target or a reference',
    ],
    ['rotate --class a --reason', '--reason is missing: whoever approves reads it'],
    ['rotate --clas a --reason b', 'rotate has no --clas (did you mean --class?); nothing is named'],
    ['rotate payments --reason b', 'payments is no reference'],
    ['rotate --class --reason b', '--class says nothing'],
    ['rotate --class a --class b --reason c', '--class is there twice'],
    ['break-glass --class a', '--cause says what happened: values-leaked, reader-compromised, unknown'],
    ['break-glass --class a --cause worse', '--cause says what happened'],
    ['break-glass --class a --cause unknown --cut later', '--cut takes one word: now'],
    ['break-glass --cause unknown', 'nothing is named'],
    ['x'.repeat(1_001), 'it is longer than 1000 characters'],
  ])('is said: %s', (text, said) => {
    expect(mistake(text)).toContain(said);
  });

  test('is said with all others at once', () => {
    expect(mistake('break-glass --clas a --cut never').split('; ').length).toBeGreaterThanOrEqual(4);
  });
});
