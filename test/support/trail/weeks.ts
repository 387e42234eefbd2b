import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
import { type DetectionPolicy, STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { seeded } from './random.ts';
import {
  aCall,
  anOpening,
  aPerson,
  aRead,
  aRole,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY_MS,
  REFUSED,
  roleArn,
  secretArn,
  type TrailJson,
} from './records.ts';
import { entryOf, known, type Registered } from './watch.ts';

const MACHINES = ['Shop', 'Ledger', 'Backup', 'Terraform', 'Search'];
const SECRETS = Array.from({ length: 30 }, (_, index) => `secret-${index}`);

const REGISTERED: Registered = {
  ...Object.fromEntries(SECRETS.map((name) => [name, known(name)])),
  lure: known('lure', { decoy: true }),
  foreign: known('foreign', { tenant: 'globex' }),
};

export const WEEKS_POLICY: DetectionPolicy = {
  ...STANDARD_POLICY,
  calendars: {
    office: {
      zone: 'Europe/Berlin',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      fromMinute: 480,
      toMinute: 1_080,
      holidays: [],
    },
  },
  readers: [
    { principal: roleArn('Worker'), is: 'worker' },
    { principal: roleArn('Shop'), is: 'machine', tenant: 'acme' },
  ],
  hours: { classes: { payments: 'office' }, groups: {} },
};

/** Four weeks of machines, each with secrets of its own, then a day on which every rule finds something. In the order in which it happened. */
export function weeksOf(seed: number): AuditEntry[] {
  const random = seeded(seed);
  const among = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
  const records: TrailJson[] = [];
  for (let day = 28; day >= 1; day -= 1) {
    for (const [index, machine] of MACHINES.entries()) {
      for (let read = 0; read < 4; read += 1) {
        const atMs = MONDAY_MS - day * DAY_MS + Math.floor(random() * 4 * HOUR_MS);
        const name = `secret-${index * 6 + Math.floor(random() * 6)}`;
        records.push(
          aRead(atMs, name, { userIdentity: aRole(machine) }),
          anOpening(atMs, name, { userIdentity: aRole(machine) }),
        );
      }
    }
  }
  const today = (hours: number) => MONDAY_MS + hours * HOUR_MS + Math.floor(random() * HOUR_MS);
  const thief = {
    userIdentity: aRole('Shop', 'thief'),
    sourceIPAddress: '198.51.100.9',
    awsRegion: 'us-east-1',
  };
  records.push(aCall(today(13), 'ListSecrets', thief));
  for (let index = 0; index < 25; index += 1) records.push(aRead(today(14), among(SECRETS), thief));
  for (let index = 0; index < 300; index += 1)
    records.push(aRead(today(15), 'secret-1', { userIdentity: aRole('Shop') }));
  for (let index = 0; index < 40; index += 1)
    records.push(
      aRead(today(16), among(SECRETS), {
        ...REFUSED,
        userIdentity: aRole(among(['Probe', 'Shop', 'Other'])),
      }),
    );
  records.push(
    aRead(today(17), 'lure', { userIdentity: aRole('Ledger') }),
    aRead(today(17), 'foreign'),
    aRead(today(18), 'secret-3', { userIdentity: aPerson('bob@example.com') }),
    aRead(today(18), 'secret-3', { userIdentity: aRole('Worker') }),
    aCall(today(18), 'PutResourcePolicy', { requestParameters: { secretId: secretArn('secret-4') } }),
    // Over midnight.
    ...[-5, 5].map((minutes) =>
      aRead(MONDAY_MS + 16 * HOUR_MS + minutes * MINUTE_MS, 'secret-2', { userIdentity: aRole('Newcomer') }),
    ),
    ...Array.from({ length: 12 }, (_, index) =>
      aRead(MONDAY_MS + 16 * HOUR_MS + (index - 6) * MINUTE_MS, `secret-${index}`, {
        ...REFUSED,
        userIdentity: aRole('Late'),
      }),
    ),
  );
  return records
    .map((record) => entryOf(record, REGISTERED))
    .toSorted((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
}
