import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { RekeyError } from '../../../domain/errors.ts';
import type { Item } from './write.ts';

/**
 * Words that records and entries are made of, so that a record of 800 bytes takes 270. FROZEN: what was written with it is
 * read with it; another list is another format. Made of one record of each kind.
 */
const WORDS_1 =
  '"v":1,"ref":"vault://prod/","className":"","tenant":"","target":"","kind":"postgres","account":{"role":"","database":""},' +
  '"identity":"","owner":"","consumers":[""],"epoch":1,"ordinal":1,"fencing":1,"currentVersionId":"","claim":{"operation":"inc-",' +
  '"holder":"","token":1,"expiresAtMs":1795},"rotation":{"operation":"inc-","epoch":2,"stage":"claimed","pending","installed",' +
  '"quiet","verified","promoted","revoked","proven","versionId":"","startedAtMs":1795,"mark":"2026-","attempts":0,"dueAtMs":1795,' +
  '"proveAfterMs":1795,"parked":{"code":"target-unavailable","message":"","atMs":1795,"sweepable":true}},"cut":{"operation":"inc-",' +
  '"wasOff":false,"atMs":1795}}"id":"","keyId":"arn:aws:kms:us-east-1:key/","fate":"live","grace","failed","revoked-unproven",' +
  '"revoked-proven","reason":"awaiting proof","valueHeld":true,"createdAtMs":1795,"installedAtMs":1795,"promotedAtMs":1795,' +
  '"revokedAtMs":1795,"proven":{"atMs":1795,"evidence":"28P01 password authentication failed"}},"incident":"inc-","consumer":"",' +
  '"state":"due","told","confirmed","mustConfirm":true,"toldAtMs":1795,"confirmedAtMs":1795,"lastError":"","action":"install",' +
  '"outcome":"success","denied","error","actor":{"user":"","agent":"","workflowId":"inc-","runId":""},"source":"rekey",' +
  '"cause":"reader-compromised","values-leaked","operation":"inc-","chain":"","seq":';

/** First byte of a packed document: raw DEFLATE with `WORDS_1`. */
const FORMAT_1 = 1;
/** A document is never larger: a plan of 10,000 secrets is 1.3 MB. */
const LONGEST_BYTES = 64 << 20;

const dictionary = Buffer.from(WORDS_1);

/** A record as it is kept: JSON, compressed, because a write is paid by the kilobyte. Holds no value, so that length tells nothing. */
export function packDocument(document: unknown): Uint8Array {
  return packText(JSON.stringify(document));
}

/** `Validation` `state-too-new` where a later Rekey has written it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the document's type at the call
export function unpackDocument<T>(packed: Uint8Array): T {
  return JSON.parse(unpackText(packed)) as T;
}

/** The document in an item's attribute, `d` unless another is named. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the document's type at the call
export function documentIn<T>(item: Item, name = 'd'): T {
  return unpackDocument<T>(bytesIn(item, name));
}

export function bytesIn(item: Item, name = 'd'): Uint8Array {
  return item[name]?.B ?? new Uint8Array();
}

export function packText(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(FORMAT_1), deflateRawSync(text, { dictionary })]);
}

export function unpackText(packed: Uint8Array): string {
  if (packed[0] !== FORMAT_1) {
    throw new RekeyError({
      code: 'state-too-new',
      family: 'Validation',
      message: `a record of the registry has format ${packed[0]}, this Rekey reads ${FORMAT_1}`,
      safe: 'Nothing was changed.',
    });
  }
  return inflateRawSync(packed.subarray(1), { dictionary, maxOutputLength: LONGEST_BYTES }).toString();
}
