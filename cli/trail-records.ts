import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unusableFile } from './given-file.ts';

const GZIP = Buffer.of(0x1f, 0x8b);

/**
 * Records that a file or standard input holds, plain or gzipped: a trail's file (`{"Records": […]}`), JSON lines of records, or
 * of EventBridge's events with a record as their detail. A line that is no JSON comes as its text: whoever reads records says
 * so. Throws `Validation` `file-not-read`.
 */
export async function* recordsIn(file: string | undefined): AsyncGenerator {
  const source = file === undefined ? process.stdin : createReadStream(file);
  try {
    // A document over several lines is put together until it is one.
    let part = '';
    for await (const line of createInterface({ input: await plain(source) })) {
      if (line.trim() === '' && part === '') continue;
      const text = part === '' ? line : `${part}\n${line}`;
      const parsed = parse(text);
      if (parsed !== undefined) {
        yield* recordsOf(parsed);
        part = '';
      } else if (part !== '' || isOpening(line)) part = text;
      else yield line;
    }
    if (part !== '') yield part;
  } catch (error) {
    throw unusableFile(file ?? 'standard input', 'read', error);
  }
}

/** The first line of a document that is written over several. */
function isOpening(line: string): boolean {
  return /^\s*[{[]\s*$/.test(line) || /^\s*\{\s*"Records"\s*:\s*\[?\s*$/.test(line);
}

function parse(text: string): unknown {
  // Only what ends like a document is tried: a long one is not parsed at each of its lines.
  if (!/[}\]]\s*$/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
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
