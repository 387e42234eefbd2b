import { expect, test } from 'vitest';
import { formatMistakes, parseConfig } from '../../../shared/domain/config/parse.ts';
import { toRecords } from '../../../shared/domain/config/records.ts';

const DAY_MS = 86_400_000;

/** Two classes under these regimes. */
const fileOf = (audit: string, regimes = '[hipaa]', more = '') => `version: 1
${audit}
classes:
  health:
    owner: health-team
    maxAge: 30d
    audit: { regimes: ${regimes}${more} }
  plain:
    owner: payments-team
    maxAge: 30d
`;

const parsed = (text: string) => parseConfig(text, {});
const retentionOf = (text: string) => {
  const file = parsed(text);
  if (!file.ok) throw new Error(formatMistakes('rekey.yaml', file.mistakes));
  return toRecords(file.config).classes.map(({ policy }) => policy.retention);
};
const mistakesOf = (text: string) => {
  const file = parsed(text);
  return file.ok ? [] : formatMistakes('rekey.yaml', file.mistakes).split('\n');
};

test('[6.4] a class is kept for the longest of its regimes; one that names none, as long as everything', () => {
  expect(retentionOf(fileOf('', '[hipaa, pci-dss]'))).toEqual([
    { regimes: ['hipaa', 'pci-dss'], keepMs: 2_192 * DAY_MS },
    undefined,
  ]);
  expect(retentionOf(fileOf('audit: { keep: { pci-dss: 800d, gdpr: 90d } }', '[gdpr, pci-dss]'))[0]).toEqual({
    regimes: ['gdpr', 'pci-dss'],
    keepMs: 800 * DAY_MS,
  });
});

test('[6.4] a hold is a day', () => {
  expect(retentionOf(fileOf('', '[hipaa]', ', hold: "2040-01-01"'))[0]).toMatchObject({
    holdUntilMs: Date.UTC(2040, 0, 1),
  });
  expect(mistakesOf(fileOf('', '[hipaa]', ', hold: "soon"'))[0]).toContain('is no day: 2031-01-01');
});

test('[6.4] less than a regime demands, and a regime that nobody gives a time, are mistakes, all at once', () => {
  const mistakes = mistakesOf(
    fileOf('audit: { keep: { hipaa: 400d, pci-dss: 30d } }', '[gdpr, soc-2, hipaa]'),
  );
  expect(mistakes).toHaveLength(4);
  expect(mistakes.join('\n')).toMatch(/400d is less than hipaa demands: 2192d/);
  expect(mistakes.join('\n')).toMatch(/is less than pci-dss demands/);
  expect(mistakes.join('\n')).toMatch(/gdpr fixes no time: audit.keep has to say how long/);
  expect(mistakes.join('\n')).toMatch(/soc-2 fixes no time/);
});

test('[6.5] who reads a class’s audit is its groups of people; a group that nobody is in is a mistake', () => {
  const people = 'people: { ada: { user: ada, groups: [health-auditors] } }';
  const readersOf = (readers: string) => {
    const file = parsed(fileOf(people, '[hipaa]', `, readers: ${readers}`));
    return file.ok ? toRecords(file.config).audit : formatMistakes('rekey.yaml', file.mistakes);
  };
  expect(readersOf('[health-auditors]')).toEqual([
    { v: 1, name: 'audit', pseudonyms: false, readers: { health: ['health-auditors'] } },
  ]);
  expect(readersOf('[health-auditor]')).toContain(
    'there is no group "health-auditor" (did you mean "health-auditors"?)',
  );
  const without = parsed(fileOf(people));
  expect(without.ok && toRecords(without.config).audit).toEqual([]);
});

test('a mistyped regime is named', () => {
  expect(mistakesOf(fileOf('', '[hippa]')).join()).toMatch(/regimes/);
});
