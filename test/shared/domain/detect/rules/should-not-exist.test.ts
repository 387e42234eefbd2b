import { describe, expect, test } from 'vitest';
import type { Fate, VersionRecord } from '../../../../../shared/domain/version.ts';
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
} from '../../../../support/trail/records.ts';
import { findingsOf, known, policyWith } from '../../../../support/trail/watch.ts';

const aVersion = (id: string, fate: Fate, about: Partial<VersionRecord> = {}): VersionRecord => ({
  v: 1,
  ref: 'vault://ledger',
  id,
  ordinal: 1,
  epoch: 1,
  keyId: 'k',
  fate,
  operation: 'op',
  valueHeld: true,
  createdAtMs: MONDAY_MS - 60 * DAY_MS,
  ...about,
});
const CURRENT = aVersion('v-2', 'live', { promotedAtMs: MONDAY_MS - 2 * HOUR_MS, epoch: 2 });
const readOf = (versionId?: string) =>
  aRead(MONDAY_MS, 'ledger', {
    requestParameters: { secretId: secretArn('ledger'), ...(versionId === undefined ? {} : { versionId }) },
  });

describe('[7.1] a superseded version', () => {
  const found = (fate: Fate, versionId = 'v-1') =>
    findingsOf('superseded-version', [readOf(versionId)], {
      registered: {
        ledger: known('ledger', { currentVersionId: 'v-2' }, [aVersion('v-1', fate), CURRENT]),
      },
    });

  test('read after its grace', () => {
    expect(found('revoked-proven')).toMatchObject([
      {
        severity: 'medium',
        ref: 'vault://ledger',
        unusual: expect.stringContaining('another version took its place, 2h ago'),
      },
    ]);
  });

  test('weighs more where nobody proved it dead', () => {
    expect(found('revoked-unproven')).toMatchObject([{ severity: 'high' }]);
  });

  test('is read by a prover within its operation', () => {
    const claim = { operation: 'op', holder: 'w', token: 1, expiresAtMs: MONDAY_MS };
    const versions = [aVersion('v-1', 'revoked-unproven'), CURRENT];
    const by = (is: 'worker' | 'machine', about = {}) =>
      findingsOf('superseded-version', [readOf('v-1')], {
        policy: policyWith('decoy', {}, { readers: [{ principal: roleArn('Shop'), is }] }),
        registered: { ledger: known('ledger', { currentVersionId: 'v-2', ...about }, versions) },
      });
    expect(by('worker', { claim })).toEqual([]);
    expect(by('worker')).toHaveLength(1);
    expect(by('machine', { claim })).toHaveLength(1);
  });

  test('is none that is cut and has no successor yet', () => {
    const registered = { ledger: known('ledger', { currentVersionId: 'v-1' }, [aVersion('v-1', 'cut')]) };
    expect(findingsOf('superseded-version', [readOf('v-1')], { registered })).toEqual([]);
  });

  test('in its grace may be read, and so may the current one', () => {
    expect(found('grace')).toEqual([]);
    expect(found('live', 'v-2')).toEqual([]);
  });
});

describe('[7.1] a closed epoch', () => {
  const found = (secretEpoch: number, versionId: string) =>
    findingsOf('closed-epoch', [readOf(versionId)], {
      registered: {
        ledger: {
          ...known('ledger', { currentVersionId: 'v-2', epoch: secretEpoch }, [
            aVersion('v-1', 'cut'),
            CURRENT,
          ]),
          record: { epoch: 2 },
        },
      },
    });

  test('of which a value is read proposes the class’s containment', () => {
    expect(found(2, 'v-1')).toMatchObject([
      {
        severity: 'high',
        certainty: 'likely',
        next: `rekey break-glass --class payments --cause reader-compromised --since 2026-11-23T08:00:00.000Z --principal ${roleArn('Shop')}`,
      },
    ]);
  });

  test('is not that of the current version, nor of a secret that waits for its turn', () => {
    expect(found(2, 'v-2')).toEqual([]);
    expect(found(1, 'v-1')).toEqual([]);
  });
});

describe('[7.1] a worker of Rekey’s own', () => {
  const policy = policyWith('decoy', {}, { readers: [{ principal: roleArn('Worker'), is: 'worker' }] });
  const found = (about: Parameters<typeof known>[1], userIdentity: TrailJson = aRole('Worker')) =>
    findingsOf('worker-outside-operation', [aRead(MONDAY_MS, 'ledger', { userIdentity })], {
      policy,
      registered: { ledger: known('ledger', about) },
    });
  const claim = { operation: 'op', holder: 'w', token: 1, expiresAtMs: MONDAY_MS };

  test('reads a secret that no operation holds', () => {
    expect(found({})).toMatchObject([
      { severity: 'critical', certainty: 'likely', principal: roleArn('Worker') },
    ]);
  });

  test('reads within its operation, and others are no workers', () => {
    expect(found({ claim })).toEqual([]);
    expect(found({}, aRole('Shop'))).toEqual([]);
  });
});

describe('[3.5] another tenant’s secret', () => {
  const policy = policyWith(
    'decoy',
    {},
    { readers: [{ principal: roleArn('Shop'), is: 'machine', tenant: 'acme' }] },
  );
  const registered = { ledger: known('ledger'), foreign: known('foreign', { tenant: 'globex' }) };
  const found = (record: TrailJson) => findingsOf('other-tenant', [record], { policy, registered });

  test('read, and asked for in vain', () => {
    expect(found(aRead(MONDAY_MS, 'foreign'))).toMatchObject([{ severity: 'critical', tenant: 'globex' }]);
    expect(found(aRead(MONDAY_MS, 'foreign', REFUSED))).toMatchObject([{ severity: 'high' }]);
  });

  test('one’s own, and whoever belongs to no tenant', () => {
    expect(found(aRead(MONDAY_MS, 'ledger'))).toEqual([]);
    expect(found(aRead(MONDAY_MS, 'foreign', { userIdentity: aRole('Terraform') }))).toEqual([]);
  });
});

describe('[7.1] a person where only machines read', () => {
  const registered = { ledger: known('ledger') };
  const byMachine = (days: number) =>
    Array.from({ length: days }, (_, index) => aRead(MONDAY_MS - (days - index) * DAY_MS, 'ledger'));
  const byBob = (atMs: number) => aRead(atMs, 'ledger', { userIdentity: aPerson('bob@example.com') });
  const found = (...records: TrailJson[]) => findingsOf('person-reads', records, { registered });

  test('is told, with how it was before', () => {
    const [finding] = found(...byMachine(20), byBob(MONDAY_MS));
    expect(finding?.seen).toContain('(session bob@example.com), a person, read vault://ledger');
    expect(finding?.unusual).toBe('in the 28 days before machines read it on 20, people on 0');
  });

  test('once a day', () => {
    expect(found(...byMachine(20), byBob(MONDAY_MS), byBob(MONDAY_MS + MINUTE_MS))).toHaveLength(1);
  });

  test('a secret that machines have hardly read is anybody’s', () => {
    expect(found(...byMachine(4), byBob(MONDAY_MS))).toEqual([]);
  });

  test('a secret that people read as well is theirs too', () => {
    const people = [3, 6, 9, 12].map((days) => byBob(MONDAY_MS - days * DAY_MS));
    const past = [...byMachine(20), ...people].toSorted((one, other) =>
      String(one['eventTime']) < String(other['eventTime']) ? -1 : 1,
    );
    expect(found(...past, byBob(MONDAY_MS)).filter(({ atMs }) => atMs === MONDAY_MS)).toEqual([]);
  });

  test('a machine is none', () => {
    expect(found(...byMachine(20), aRead(MONDAY_MS, 'ledger', { userIdentity: aRole('Debug') }))).toEqual([]);
  });

  test('of whom the key’s log alone tells is told', () => {
    const opened = anOpening(MONDAY_MS, 'ledger', { userIdentity: aPerson('bob@example.com') });
    expect(found(...byMachine(20), opened)).toHaveLength(1);
  });
});

describe('[7.1] a change behind Rekey’s back', () => {
  const registered = { ledger: known('ledger') };
  const change = (name: string, about: TrailJson = {}) =>
    aCall(MONDAY_MS, name, { requestParameters: { secretId: secretArn('ledger') }, ...about });
  const found = (record: TrailJson) => findingsOf('changed-behind', [record], { registered });

  test.each([
    ['PutSecretValue', 'high', "rekey rotate vault://ledger --reason 'its value was changed behind Rekey'"],
    ['PutResourcePolicy', 'critical', `rekey quarantine --principal ${roleArn('Shop')}`],
    ['DeleteSecret', 'high', `rekey quarantine --principal ${roleArn('Shop')}`],
    ['RotateSecret', 'medium', `rekey quarantine --principal ${roleArn('Shop')}`],
  ])('%s', (name, severity, next) => {
    expect(found(change(name))).toMatchObject([
      { severity, certainty: 'likely', next, ref: 'vault://ledger' },
    ]);
  });

  test('tried in vain weighs little, and is told', () => {
    expect(found(change('PutResourcePolicy', REFUSED))).toMatchObject([{ severity: 'low' }]);
  });

  test('is none of AWS’s own accord, nor of a secret that is not enrolled', () => {
    const service = { accountId: '111122223333', invokedBy: 'secretsmanager.amazonaws.com' };
    expect(
      found(
        change('RotationFailed', {
          userIdentity: service,
          additionalEventData: { SecretId: secretArn('ledger') },
        }),
      ),
    ).toEqual([]);
    expect(found(change('PutSecretValue', { requestParameters: { secretId: secretArn('theirs') } }))).toEqual(
      [],
    );
    expect(
      found(
        aCall(MONDAY_MS, 'DisableKey', {
          eventSource: 'kms.amazonaws.com',
          requestParameters: { keyId: 'k' },
        }),
      ),
    ).toEqual([]);
  });
});
