import { describe, expect, test } from 'vitest';
import { readReport } from '../../../../shared/domain/leaks/reports/read-report.ts';

/** As each scanner wrote it, of one and the same file, with what Rekey does not look at left out. */
const GITLEAKS = [
  {
    RuleID: 'generic-api-key',
    StartLine: 2,
    Match: 'DB_PASSWORD = "Zq8vN3tLw0PxR7sKd2Jm"',
    Secret: 'Zq8vN3tLw0PxR7sKd2Jm',
    File: 'app/settings.py',
    SymlinkFile: '',
    Commit: '9c1b2d3e4f5061728394a5b6c7d8e9f001122334',
    Entropy: 4.321928,
    Date: '2026-11-20T08:15:00Z',
    Fingerprint: '9c1b2d:app/settings.py:generic-api-key:2',
  },
];
const BASELINE = {
  version: '1.5.0',
  plugins_used: [{ name: 'KeywordDetector' }],
  results: {
    'app/settings.py': [
      {
        type: 'Secret Keyword',
        filename: 'app/settings.py',
        hashed_secret: '47edb329930e3a75a0d777238b836b6aed50f5b7',
        is_verified: false,
        line_number: 2,
      },
    ],
  },
  generated_at: '2026-11-28T11:40:38Z',
};
const DEEPSECRETS = {
  '/src/app/settings.py': [
    {
      line: 'DB_PASSWORD = "Zq8vN3tLw0PxR7sKd2Jm"',
      string: 'Zq8vN3tLw0PxR7sKd2Jm',
      line_number: 2,
      rule: 'S105',
      reason: 'High Entropy and Variable Naming | 735acd4c7f',
      confidence: 10,
    },
  ],
};
const SARIF = {
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'DeepSecrets', rules: [{ id: 'S31' }, { id: 'S105-VERY-HIGH' }] } },
      results: [
        {
          message: { text: 'Secret in code' },
          ruleIndex: 1,
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'app/my%20settings.py', uriBaseId: '%SRCROOT%' },
                region: { startLine: 2, snippet: { text: 'Zq8vN3tLw0PxR7sKd2Jm' } },
                contextRegion: { startLine: 2, snippet: { text: 'DB_PASSWORD = "Zq8vN3tLw0PxR7sKd2Jm"' } },
              },
            },
          ],
        },
      ],
    },
    { tool: { driver: { name: 'other' } }, results: null },
  ],
};

const SECRET = 'Zq8vN3tLw0PxR7sKd2Jm';
const LINE = 'DB_PASSWORD = "Zq8vN3tLw0PxR7sKd2Jm"';

describe('[4.5] a report is known by its shape', () => {
  test.each([
    [
      'gitleaks',
      GITLEAKS,
      {
        scanner: 'gitleaks',
        rule: 'generic-api-key',
        file: 'app/settings.py',
        line: 2,
        secret: SECRET,
        around: [LINE],
        commit: '9c1b2d3e4f5061728394a5b6c7d8e9f001122334',
        atMs: Date.UTC(2026, 10, 20, 8, 15),
      },
    ],
    [
      'detect-secrets',
      BASELINE,
      {
        scanner: 'detect-secrets',
        rule: 'Secret Keyword',
        file: 'app/settings.py',
        line: 2,
        around: [],
        sha1: '47edb329930e3a75a0d777238b836b6aed50f5b7',
      },
    ],
    [
      'deepsecrets',
      DEEPSECRETS,
      {
        scanner: 'deepsecrets',
        rule: 'S105',
        file: '/src/app/settings.py',
        line: 2,
        secret: SECRET,
        around: [LINE],
      },
    ],
    [
      'sarif',
      SARIF,
      {
        scanner: 'deepsecrets',
        rule: 'S105-VERY-HIGH',
        file: 'app/my settings.py',
        line: 2,
        secret: SECRET,
        around: [LINE],
      },
    ],
  ] as const)('of %s', (format, report, found) => {
    const text = JSON.stringify(report);
    expect(readReport(text)).toEqual({ format, found: [found] });
    expect(readReport(text, format)).toEqual({ format, found: [found] });
  });

  test('without findings too', () => {
    expect(readReport('[]')).toEqual({ format: 'gitleaks', found: [] });
    expect(readReport('{}')).toEqual({ format: 'deepsecrets', found: [] });
    expect(readReport(JSON.stringify({ ...BASELINE, results: {} })).found).toEqual([]);
    expect(readReport(JSON.stringify({ version: '2.1.0', runs: [] })).found).toEqual([]);
  });
});

test('[4.5] a secret that its scanner has masked is none: the file has it', () => {
  const masked = [{ ...GITLEAKS[0], Secret: 'REDACTED', Match: 'DB_PASSWORD = "REDACTED"' }];
  expect(readReport(JSON.stringify(masked)).found).toMatchObject([{ around: [], line: 2 }]);
  const stars = structuredClone(SARIF) as unknown as Record<'runs', [{ results: [{ locations: [object] }] }]>;
  Object.assign(stars.runs[0].results[0].locations[0], {
    physicalLocation: {
      artifactLocation: { uri: 'a' },
      region: { startLine: 2, snippet: { text: 'Zq8vN**********Kd2Jm' } },
      contextRegion: { startLine: 2, snippet: { text: 'DB_PASSWORD = "Zq8vN**********Kd2Jm"' } },
    },
  });
  const [found] = readReport(JSON.stringify(stars)).found;
  expect(found).toEqual({ scanner: 'deepsecrets', rule: 'S105-VERY-HIGH', file: 'a', line: 2, around: [] });
});

describe('[1.5] of what cannot be read every mistake is named by its place, and nothing that stands there', () => {
  test.each([
    ['what is no JSON', 'planted-secret-and-no-json', undefined],
    ['what is no report', '"planted-secret"', undefined],
    ['gitleaks', [{ RuleID: 'planted-secret', File: 7 }, { Secret: ['planted-secret'] }], undefined],
    [
      'a baseline',
      { plugins_used: 'planted-secret', results: { 'planted-secret': [{ type: 3 }] } },
      undefined,
    ],
    ['deepsecrets', { 'planted-secret.env': [{ rule: 'planted-secret' }] }, undefined],
    ['SARIF of another version', { version: 'planted-secret', runs: [] }, undefined],
    ['one format given for another', GITLEAKS, 'sarif'],
  ] as const)('%s', (_name, report, format) => {
    const text = typeof report === 'string' ? report : JSON.stringify(report);
    const refused = (() => {
      try {
        readReport(text, format);
        return null;
      } catch (error) {
        return error as Error;
      }
    })();
    expect(refused).toMatchObject({ code: 'report-unreadable', family: 'Validation' });
    expect(refused?.message).not.toContain('planted');
  });

  test('all of a report’s mistakes at once', () => {
    const report = JSON.stringify([{ RuleID: 1 }, { File: 'a' }]);
    expect(() => readReport(report)).toThrow(/0\.RuleID[\s\S]*0\.Match[\s\S]*1\.RuleID/);
  });
});
