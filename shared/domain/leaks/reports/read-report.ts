import type * as z from 'zod';
import { RekeyError } from '../../errors.ts';
import { REPORT_FORMATS, type ReportFormat } from '../report-formats.ts';
import { DeepSecretsReport, inDeepSecrets } from './deepsecrets.ts';
import { DetectSecretsReport, inDetectSecrets } from './detect-secrets.ts';
import type { FoundSecret } from './found-secret.ts';
import { GitleaksReport, inGitleaks } from './gitleaks.ts';
import { inSarif, SarifReport } from './sarif.ts';

/** Which mistakes are named; the others are counted. */
const MOST_NAMED = 10;

const READERS: Readonly<Record<ReportFormat, (report: unknown) => FoundSecret[]>> = {
  gitleaks: (report) => inGitleaks(shaped('gitleaks', GitleaksReport, report)),
  'detect-secrets': (report) => inDetectSecrets(shaped('detect-secrets', DetectSecretsReport, report)),
  deepsecrets: (report) => inDeepSecrets(shaped('deepsecrets', DeepSecretsReport, report)),
  sarif: (report) => inSarif(shaped('sarif', SarifReport, report)),
};

/**
 * What a scanner's report says was found. The format is seen by the report's shape where none is given. `Validation`
 * `report-unreadable` with every mistake by its place, never by what stands there.
 */
export function readReport(
  text: string,
  given?: ReportFormat,
): { readonly format: ReportFormat; readonly found: FoundSecret[] } {
  let report: unknown;
  try {
    report = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw unreadable(['it is no JSON']);
  }
  const format = given ?? formatOf(report);
  return { format, found: READERS[format](report) };
}

function formatOf(report: unknown): ReportFormat {
  if (Array.isArray(report)) return 'gitleaks';
  if (typeof report !== 'object' || report === null) throw unreadable(['it is no report of a known format']);
  if ('runs' in report) return 'sarif';
  return 'plugins_used' in report || 'generated_at' in report ? 'detect-secrets' : 'deepsecrets';
}

function shaped<S extends z.ZodType>(format: ReportFormat, schema: S, report: unknown): z.output<S> {
  const read = schema.safeParse(report);
  if (read.success) return read.data;
  const places = read.error.issues.map(({ path, code }) => `${placeOf(path)}: ${code}`);
  const more = places.length - MOST_NAMED;
  throw unreadable([
    `as ${format} it has mistakes:`,
    ...places.slice(0, MOST_NAMED),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]);
}

/** Names of files may hold anything: of a path only places and our own words are said. */
function placeOf(path: readonly PropertyKey[]): string {
  const said = path.map((part) =>
    typeof part === 'number' || /^[A-Za-z_]{1,30}$/.test(String(part)) ? String(part) : '…',
  );
  return said.join('.') || '(whole)';
}

function unreadable(mistakes: readonly string[]): RekeyError {
  return new RekeyError({
    code: 'report-unreadable',
    family: 'Validation',
    message: `the report cannot be read: ${mistakes.join('\n')}`,
    safe: 'Nothing was imported.',
    next: [`rekey leaks import --format ${REPORT_FORMATS.join('|')} FILE`],
  });
}
