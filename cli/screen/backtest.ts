import { formatDuration } from '../../shared/domain/config/duration.ts';
import type { Backtest } from '../../shared/domain/detect/backtest.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import type { DetectionPolicy } from '../../shared/domain/detect/policy.ts';
import { RULES } from '../../shared/domain/detect/rule.ts';
import { SETTINGS, type Setting } from '../../shared/domain/detect/setting.ts';

/** Findings that are shown of those that come and go, and subjects of a rule; `--json` has them all. */
const MOST_SHOWN = 10;
const MOST_SUBJECTS = 3;

/** Lines of a table whose columns are as wide as they need. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What a backtest tells, line by line. Holds texts of callers: whoever prints writes out what would steer a terminal. */
export function backtestLines(result: Backtest): string[] {
  const { rules, byDay, added, lost, days } = result;
  const dates = `${new Date(result.fromMs).toISOString().slice(0, 10)} to ${new Date(result.toMs).toISOString().slice(0, 10)}`;
  return [
    `${result.entries} reads and changes of ${days} days${days === 0 ? '' : ` (${dates})`}, ${result.repeated} told more than once`,
    ...(rules.length === 0
      ? ['no rule finds anything']
      : [
          '',
          ...table([
            ['rule', 'mode', 'findings', 'a day', 'most', 'suppressed', 'new', 'lost'],
            ...rules.map((one) => [
              one.rule,
              one.mode,
              String(one.findings),
              one.aDay.toFixed(2),
              String(one.mostADay),
              String(one.suppressed),
              String(one.added),
              String(one.lost),
            ]),
          ]),
          '',
          ...table([
            ['rule', 'findings', 'who, or which secret'],
            ...rules.flatMap(({ rule, subjects }) =>
              subjects
                .slice(0, MOST_SUBJECTS)
                .map(({ subject, findings }) => [rule, String(findings), subject]),
            ),
          ]),
          '',
          ...table([
            ['day', 'findings'],
            ...byDay.map(({ date, findings }) => [
              date,
              Object.entries(findings)
                .map(([rule, count]) => `${rule} ${count}`)
                .join(', '),
            ]),
          ]),
        ]),
    ...listed('new against the enrolled policy:', '+', added),
    ...listed('lost against the enrolled policy:', '-', lost),
  ];
}

function listed(head: string, sign: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const more = findings.length - MOST_SHOWN;
  return [
    '',
    head,
    ...findings
      .slice(0, MOST_SHOWN)
      .map(
        ({ rule, atMs, seen }) => `${sign} ${new Date(atMs).toISOString().slice(0, 16)}Z ${rule}: ${seen}`,
      ),
    ...(more > 0 ? [`  and ${more} more: --json`] : []),
  ];
}

/** Each rule with its mode, its figures and what is suppressed of it now. */
export function ruleLines({ rules, suppressions }: DetectionPolicy, nowMs: number): string[] {
  return table([
    ['rule', 'mode', 'alone', 'figures', 'suppressed'],
    ...RULES.map((rule) => {
      const own = rules[rule] as unknown as Readonly<Record<string, number>>;
      const settings: readonly (readonly [string, Setting])[] = Object.entries(SETTINGS[rule]);
      const { mode, alone } = rules[rule];
      return [
        rule,
        mode,
        alone === undefined ? '-' : `${alone.act} ${alone.mostAnHour}/h`,
        settings
          .map(([name, { is }]) => `${name} ${is === 'count' ? own[name] : formatDuration(own[name] ?? 0)}`)
          .join(', ') || '-',
        String(suppressions.filter((one) => one.rule === rule && one.untilMs > nowMs).length),
      ];
    }),
  ]);
}
