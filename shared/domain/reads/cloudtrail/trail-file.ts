/** A file of a trail, with the records in it that are of secrets. */
export interface TrailFile {
  readonly name: string;
  /** When CloudTrail delivered it, to the minute: so its name says. */
  readonly deliveredAtMs: number;
  readonly records: readonly unknown[];
}

/** `ACCOUNT_CloudTrail_REGION_20261128T0300Z_UNIQUE.json.gz`; CloudTrail's documentation of its file names. */
const NAME = /_CloudTrail_[a-z0-9-]+_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json(?:\.gz)?$/;

/** Null: it is no file of records, as a digest is. */
export function deliveredAtMs(name: string): number | null {
  const [, year, month, day, hour, minute] = NAME.exec(name) ?? [];
  return year === undefined
    ? null
    : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

/** Of Secrets Manager: what is compared. Of keys a trail seldom holds all, and they are no reads of their own. */
export function isOfSecrets(record: unknown): boolean {
  return (
    typeof record === 'object' &&
    record !== null &&
    (record as { readonly eventSource?: unknown }).eventSource === 'secretsmanager.amazonaws.com'
  );
}
