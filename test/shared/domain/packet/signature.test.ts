import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../shared/domain/canonical.ts';
import {
  isPacketGenuine,
  type PacketEnvelope,
  signPacket,
} from '../../../../shared/domain/packet/signature.ts';
import { aDelivery, aPacket, aRead, proven } from '../../../support/packet-records.ts';

function aKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    signer: { keyId: 'audit', sign: async (bytes: Uint8Array) => sign('sha256', bytes, privateKey) },
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

describe('[5.5] a packet’s signature', () => {
  const { signer, publicKeyPem } = aKey();
  let file = Buffer.alloc(0);

  beforeAll(async () => {
    const packet = aPacket([proven('vault://p/ä')], undefined, {
      reads: [aRead('vault://p/ä', { user: 'Ævar' })],
      deliveries: [aDelivery('vault://p/ä')],
    });
    file = Buffer.from(`${JSON.stringify(await signPacket(packet, signer), null, 2)}\n`);
  });

  const genuine = (bytes: Buffer) => isPacketGenuine(bytes.toString('utf8'), publicKeyPem);

  test('holds for the file as it was written', () => {
    expect(genuine(file)).toBe(true);
  });

  test('fails with any one bit of any byte flipped', () => {
    const passed: number[] = [];
    for (let place = 0; place < file.length; place += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(file);
        changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        if (genuine(changed)) passed.push(place);
      }
    }
    expect(passed).toEqual([]);
  });

  test('fails with a space more or a byte less, wherever it is', () => {
    const passed: number[] = [];
    for (let place = 0; place <= file.length; place += 1) {
      const [before, after] = [file.subarray(0, place), file.subarray(place)];
      if (genuine(Buffer.concat([before, Buffer.from(' '), after]))) passed.push(place);
      if (place < file.length && genuine(Buffer.concat([before, after.subarray(1)]))) passed.push(place);
    }
    expect(passed).toEqual([]);
  });

  test.each([
    [
      'a second payload before the signed one',
      (text: string) => text.replace('"payload":', '"payload": {},\n  "payload":'),
    ],
    ['a letter written as an escape', (text: string) => text.replace('"inc-1"', '"inc\\u002d1"')],
    ['other line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['all in one line', (text: string) => JSON.stringify(JSON.parse(text))],
    ['one more field', (text: string) => text.replace('"v": 1,', '"v": 1,\n  "note": "x",')],
    ['no signature', (text: string) => text.replace(/,\s+"signature": "[^"]+"/, '')],
    ['no JSON at all', () => 'genuine'],
  ])('fails with %s', (_what, change) => {
    const text = file.toString('utf8');
    expect(change(text)).not.toBe(text);
    expect(isPacketGenuine(change(text), publicKeyPem)).toBe(false);
  });

  test('fails on a foreign key, and on what is no key', () => {
    expect(isPacketGenuine(file.toString('utf8'), aKey().publicKeyPem)).toBe(false);
    expect(isPacketGenuine(file.toString('utf8'), 'no key')).toBe(false);
  });

  test.each([{ kind: 'rekey-checkpoint' }, { v: 2 }])(
    'fails on %o, whatever this key signed of it',
    async (other) => {
      const { signature: _signature, ...unsigned } = {
        ...(JSON.parse(file.toString('utf8')) as PacketEnvelope),
        ...other,
      };
      const signature = await signer.sign(Buffer.from(canonicalJson(unsigned)));
      const envelope = { ...unsigned, signature: Buffer.from(signature).toString('base64') };
      expect(isPacketGenuine(`${JSON.stringify(envelope, null, 2)}\n`, publicKeyPem)).toBe(false);
    },
  );
});
