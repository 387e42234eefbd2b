import { describe, expect, test } from 'vitest';
import {
  type Door,
  isClosed,
  type KeyRoles,
  renderKeyPolicy,
} from '../../../../shared/adapters/aws/kms/key-policy.ts';
import { secretName } from '../../../../shared/adapters/aws/secrets-manager/secret-name.ts';
import { fingerprintKeyName } from '../../../../shared/driver/leaks/fingerprint-key.ts';
import { isAllowed } from '../../../support/evaluate-policy.ts';

const ACCOUNT = '111122223333';
const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/rekey-test-${name}`;
const SECRET = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:rekey-test/payments/ledger-AbCdEf`;
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`;

const ROLES: KeyRoles = {
  account: ACCOUNT,
  region: 'eu-central-1',
  secretPrefix: 'rekey-test',
  readers: [`arn:aws:iam::${ACCOUNT}:role/tools/*`],
  reissuers: [role('reissuer')],
  rotators: [role('rotator')],
  provers: [role('prover')],
  comparers: [role('comparer')],
  makers: [role('maker')],
  fenceOperators: [role('fence')],
  destroyers: [role('sealer')],
  responders: [role('responder')],
};

const WHO = {
  reader: `arn:aws:iam::${ACCOUNT}:role/tools/checkout`,
  reissuer: role('reissuer'),
  rotator: role('rotator'),
  prover: role('prover'),
  comparer: role('comparer'),
  maker: role('maker'),
  fence: role('fence'),
  sealer: role('sealer'),
  responder: role('responder'),
  administrator: `arn:aws:iam::${ACCOUNT}:role/Administrator`,
  root: `arn:aws:iam::${ACCOUNT}:root`,
} as const;
type Who = keyof typeof WHO;
const ALL = Object.keys(WHO) as Who[];

const DOORS: readonly Door[] = ['open', 'not-yet-open', 'over'];

const THROUGH_STORE = {
  'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com',
  'kms:EncryptionContext:SecretARN': SECRET,
};

/** Who may, of everybody, where each one's own policies allow him everything. */
async function whoMay(action: string, door: Door, context: Record<string, string> = {}): Promise<Who[]> {
  const policy = renderKeyPolicy(door, ROLES);
  const answers = await Promise.all(
    ALL.map(async (who) =>
      (await isAllowed({ principal: WHO[who], action, key: KEY, policy, context })) ? [who] : [],
    ),
  );
  return answers.flat();
}

describe('who may use a class epoch’s key through the store', () => {
  test.each([
    [
      '[1.2] open: readers read, workers read back, provers prove',
      'open',
      'kms:Decrypt',
      ['reader', 'reissuer', 'rotator', 'prover'],
    ],
    ['[1.2] open: workers alone put new versions', 'open', 'kms:GenerateDataKey', ['reissuer', 'rotator']],
    [
      '[5.4] not yet open: the re-issuer alone reads back what he put',
      'not-yet-open',
      'kms:Decrypt',
      ['reissuer'],
    ],
    [
      '[5.4] not yet open: the re-issuer alone puts new versions; routine rotation is frozen',
      'not-yet-open',
      'kms:GenerateDataKey',
      ['reissuer'],
    ],
    [
      '[7.2] over: no reader reads, and the re-issuer neither: the prover alone',
      'over',
      'kms:Decrypt',
      ['prover'],
    ],
    ['[5.4] over: nobody puts anything under it any more', 'over', 'kms:GenerateDataKey', []],
  ] satisfies [string, Door, string, Who[]][])('%s', async (_title, door, action, expected) => {
    expect(await whoMay(action, door, THROUGH_STORE)).toEqual(expected);
  });

  test.each([
    ['open', ['reissuer', 'rotator', 'prover', 'comparer']],
    ['not-yet-open', ['reissuer', 'comparer']],
    ['over', ['prover', 'comparer']],
  ] satisfies [Door, Who[]][])(
    '[7.1] [1.2] %s: what fingerprints are made with no reader opens, and who compares opens it whatever is closed',
    async (door, expected) => {
      const { ref } = fingerprintKeyName(KEY);
      const context = {
        ...THROUGH_STORE,
        'kms:EncryptionContext:SecretARN': `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:${secretName('rekey-test', ref)}-AbCdEf`,
      };
      expect(await whoMay('kms:Decrypt', door, context)).toEqual(expected);
      expect(await whoMay('kms:GenerateDataKey', door, context)).not.toContain('comparer');
    },
  );

  test.each(DOORS)(
    '[5.4] %s: nobody carries a value from one key to another, or lets somebody in by a grant',
    async (door) => {
      for (const action of ['kms:Encrypt', 'kms:ReEncryptTo', 'kms:ReEncryptFrom', 'kms:CreateGrant']) {
        expect(await whoMay(action, door, THROUGH_STORE)).toEqual([]);
      }
    },
  );

  test.each(DOORS)('[1.1] %s: nobody uses the key but through Secrets Manager', async (door) => {
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect(
        await whoMay(action, door, { ...THROUGH_STORE, 'kms:ViaService': 'ssm.eu-central-1.amazonaws.com' }),
      ).toEqual([]);
      expect(await whoMay(action, door)).toEqual([]);
    }
  });

  test.each(DOORS)('[3.5] %s: no value of another stage is under the key', async (door) => {
    const elsewhere = {
      ...THROUGH_STORE,
      'kms:EncryptionContext:SecretARN': SECRET.replace('rekey-test/', 'rekey-prod/'),
    };
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
      expect(await whoMay(action, door, elsewhere)).toEqual([]);
  });

  test.each(DOORS)('[1.2] %s: whose own policies do not allow it may not either', async (door) => {
    const identity = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    };
    for (const who of ['reader', 'reissuer', 'prover', 'fence'] as const) {
      for (const action of ['kms:Decrypt', 'kms:PutKeyPolicy']) {
        expect(
          await isAllowed({
            principal: WHO[who],
            action,
            key: KEY,
            policy: renderKeyPolicy(door, ROLES),
            context: THROUGH_STORE,
            identity,
          }),
        ).toBe(false);
      }
    }
  });
});

describe('a statement that lets everybody in, added by hand', () => {
  async function whoMayAnyway(action: string, door: Door): Promise<Who[]> {
    const { Version, Statement } = JSON.parse(renderKeyPolicy(door, ROLES)) as {
      Version: string;
      Statement: object[];
    };
    const Principal = { AWS: '*' };
    const policy = JSON.stringify({
      Version,
      Statement: [...Statement, { Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
    });
    const answers = await Promise.all(
      ALL.map(async (who) =>
        (await isAllowed({ principal: WHO[who], action, key: KEY, policy })) ? [who] : [],
      ),
    );
    return answers.flat();
  }

  test.each([
    ['not-yet-open', 'kms:Decrypt', ['reissuer']],
    ['not-yet-open', 'kms:GenerateDataKey', ['reissuer']],
    ['over', 'kms:Decrypt', ['prover']],
    ['over', 'kms:GenerateDataKey', []],
    ['over', 'kms:GenerateDataKeyWithoutPlaintext', []],
  ] satisfies [Door, string, Who[]][])(
    '[7.2] opens nothing that is closed: %s, %s',
    async (door, action, expected) => {
      expect(await whoMayAnyway(action, door)).toEqual(expected);
    },
  );

  test.each(DOORS)('[5.4] %s: carries nothing over either', async (door) => {
    for (const action of ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:CreateGrant'])
      expect(await whoMayAnyway(action, door)).toEqual([]);
  });

  test.each(DOORS)(
    '[7.2] %s: is taken out again, for nothing denies the writing of the policy',
    async (door) => {
      expect(await whoMayAnyway('kms:PutKeyPolicy', door)).toEqual(ALL);
    },
  );
});

describe('who may administer it', () => {
  test.each(DOORS)(
    '[F.1] %s: the fence operator writes the policy, behind him the root user, and nobody else, whatever IAM says',
    async (door) => {
      expect(await whoMay('kms:PutKeyPolicy', door)).toEqual(['fence', 'root']);
    },
  );

  test.each(DOORS)(
    '[7.2] %s: switched off by responder and sealer; on again by sealer, fence operator and root user',
    async (door) => {
      expect(await whoMay('kms:DisableKey', door)).toEqual(['sealer', 'responder']);
      expect(await whoMay('kms:EnableKey', door)).toEqual(['fence', 'sealer', 'root']);
    },
  );

  test.each(DOORS)('[5.4] %s: destroyed by the sealer; taken back by the root user alone', async (door) => {
    expect(await whoMay('kms:ScheduleKeyDeletion', door)).toEqual(['sealer']);
    expect(await whoMay('kms:CancelKeyDeletion', door)).toEqual(['root']);
  });

  test.each(DOORS)('[5.4] %s: named by who makes keys, whose right over it ends there', async (door) => {
    for (const action of ['kms:CreateAlias', 'kms:UpdateAlias'])
      expect(await whoMay(action, door)).toEqual(['maker']);
    for (const action of ['kms:TagResource', 'kms:UntagResource', 'kms:DeleteAlias'])
      expect(await whoMay(action, door)).toEqual([]);
  });

  test.each(DOORS)('[5.4] %s: whoever asks for a key sees what state it is in', async (door) => {
    expect(await whoMay('kms:GetKeyPolicy', door)).toEqual([
      'reissuer',
      'rotator',
      'maker',
      'fence',
      'sealer',
      'root',
    ]);
  });
});

describe('the policy as a text', () => {
  test('says itself whether it is closed; one that nobody of ours wrote is not', () => {
    expect(DOORS.map((door) => isClosed(renderKeyPolicy(door, ROLES)))).toEqual([false, true, true]);
    expect(isClosed('{"Version":"2012-10-17","Statement":[]}')).toBe(false);
    expect(isClosed('{}')).toBe(false);
  });

  test('[7.2] names no principal that could be missing: KMS would refuse all of it', () => {
    for (const door of DOORS) {
      const { Statement } = JSON.parse(renderKeyPolicy(door, ROLES)) as {
        Statement: { Principal: { AWS: string } }[];
      };
      const principals = new Set(Statement.map(({ Principal }) => Principal.AWS));
      expect([...principals].sort()).toEqual(['*', WHO.root]);
    }
  });

  test('fits KMS’s 32 KB with 200 readers, and leaves out who there is none of', async () => {
    const readers = Array.from(
      { length: 200 },
      (_, index) => `arn:aws:iam::${ACCOUNT}:role/tools/tool-with-a-long-name-${index}`,
    );
    const policy = renderKeyPolicy('open', {
      ...ROLES,
      readers,
      rotators: [],
      destroyers: [],
      responders: [],
    });
    expect(Buffer.byteLength(policy)).toBeLessThan(32_768);
    expect(policy).not.toContain('DestroyerDestroys');
    expect(policy).not.toContain('[]');
  });
});
