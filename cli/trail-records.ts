import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DocumentLines, type Held } from './document-lines.ts';
import { unusableFile } from './given-file.ts';

const GZIP = Buffer.of(0x1f, 0x8b);

/**
 * Records that a file or standard input holds, plain or gzipped: a trail's file (`{"Records": […]}`), JSON lines of records, or
 * of EventBridge's events with a record as their detail. A line that is no JSON comes as its text, and costs no other
 * line: whoever reads records says so. Throws `Validation` `file-not-read`.
 */
export async function* recordsIn(file: string | undefined): AsyncGenerator {
  const source = file === undefined ? process.stdin : createReadStream(file);
  try {
    const documents = new DocumentLines();
    for await (const line of createInterface({ input: await plain(source) }))
      for (const held of documents.take(line)) yield* recordsHeld(held);
    for (const held of documents.end()) yield* recordsHeld(held);
  } catch (error) {
    throw unusableFile(file ?? 'standard input', 'read', error);
  }
}

function recordsHeld(held: Held): unknown[] {
  return 'document' in held ? recordsOf(held.document) : [held.unread];
}

function recordsOf(parsed: unknown): unknown[] {
  if (Array.isArray(parsed)) return parsed.flatMap(recordsOf);
  if (typeof parsed !== 'object' || parsed === null) return [parsed];
  if ('Records' in parsed && Array.isArray(parsed.Records)) return parsed.Records as unknown[];
  return 'detail-type' in parsed && 'detail' in parsed ? [parsed.detail] : [parsed];
}

async function plain(source: Readable): Promise<Readable> {
  const first = await new Promise<Buffer | null>((resolve, reject) => {
    source.once('error', reject);
    source.once('end', () => resolve(null));
    source.once('readable', () => {
      const chunk = source.read() as Buffer | null;
      resolve(chunk === null ? null : Buffer.from(chunk));
    });
  });
  if (first === null) return source;
  source.unshift(first);
  if (!first.subarray(0, 2).equals(GZIP)) return source;
  const unzipped = createGunzip();
  source.once('error', (error) => unzipped.destroy(error));
  return source.pipe(unzipped);
}
