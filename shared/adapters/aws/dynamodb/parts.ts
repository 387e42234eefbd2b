import { packDocument, unpackDocument } from './document.ts';

/** An item holds 400 KB: its keys and numbers are well within the rest. */
const PART_BYTES = 380_000;

/** A document that may be larger than an item, such as a list of 10,000 references, packed and cut up. At least one part. */
export function packParts(document: unknown): Uint8Array[] {
  const packed = packDocument(document);
  const count = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  return Array.from({ length: count }, (_, part) =>
    packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
  );
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the document's type at the call
export function unpackParts<T>(parts: readonly Uint8Array[]): T {
  return unpackDocument<T>(Buffer.concat(parts));
}
