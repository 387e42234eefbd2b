import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { readAudit } from '../../functions/read-audit/handler.ts';
import { searchAudit } from '../../functions/search-audit/handler.ts';
import { signAuditHead } from '../../functions/sign-audit-head/handler.ts';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import type { ChainedLine } from '../../shared/domain/audit/line.ts';
import type { SignedCheckpoint } from '../../shared/domain/audit/signed.ts';
import { type Verdict, type VerifyOptions, verifyExport } from '../../shared/domain/audit/verify.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { formatDuration } from '../../shared/domain/config/duration.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { ChainedEntry } from '../../shared/domain/ocsf/chained-entry.ts';
import { ocsfEvent } from '../../shared/domain/ocsf/event.ts';
import { OCSF_VERSION } from '../../shared/domain/ocsf/metadata.ts';
import { namedRecord } from '../../shared/domain/pseudonym/named-record.ts';
import { type QuestionOptions, questionIn } from '../audit-question.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
import { readGivenFile, unusableFile, writeGivenFile } from '../given-file.ts';
import { publicKeyGiven } from '../public-key-given.ts';
import { auditLine } from '../screen/audit-entry.ts';
import { sleep } from '../sleep.ts';
import { verifyArchive } from '../verify-archive.ts';
import { REKEY_VERSION } from '../version.ts';
import { withFace } from '../with-face.ts';

const AT_ONCE = 1_000;
const LOOK_EVERY_MS = 500;

export async function tail(
  context: Context,
  options: { readonly n: string; readonly follow?: boolean },
): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { head } = await face.call(readAudit, { afterSeq: 0, limit: 1 });
    const stopping = new AbortController();
    process.once('SIGINT', () => stopping.abort());
    let after = Math.max(0, head.seq - countIn(options.n));
    for (;;) {
      const { lines, names = {} } = await face.call(readAudit, {
        afterSeq: after,
        limit: AT_ONCE,
        named: true,
      });
      const known = new Map(Object.entries(names));
      for (const { seq, line } of lines) {
        const entry = namedRecord(JSON.parse(line) as AuditEntry, known);
        context.print(context.json ? canonicalJson(entry) : auditLine(entry));
        after = seq;
      }
      if (lines.length === AT_ONCE) continue;
      if (options.follow !== true || stopping.signal.aborted) return EXIT.done;
      await sleep(Math.max(LOOK_EVERY_MS, face.lookEveryMs), stopping.signal);
    }
  });
}

/** What answers, oldest first; of very much the newest. */
export async function search(
  context: Context,
  options: QuestionOptions & { readonly n: string },
): Promise<ExitCode> {
  const limit = countIn(options.n);
  const question = questionIn(options, Date.now());
  return withFace(context, async (face) => {
    const { entries, more, closed } = await face.call(searchAudit, { question, limit });
    for (const entry of entries) context.print(context.json ? canonicalJson(entry) : auditLine(entry));
    if (entries.length === 0) context.say('no entry answers');
    if (closed.length > 0) context.say(`not shown is what you may not read: of ${closed.join(', ')}`);
    if (more) context.say(`these are the newest ${limit}: --until goes further back, -n shows more at once`);
    return EXIT.done;
  });
}

/** As many as one call answers, at most. */
function countIn(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= AT_ONCE) return count;
  throw new RekeyError({
    code: 'count-unclear',
    family: 'Validation',
    message: `-n takes a whole number from 1 to ${AT_ONCE}`,
    safe: 'Nothing was read.',
    next: ['rekey audit tail -n 20'],
  });
}

interface ExportOptions {
  readonly out?: string;
  readonly checkpoint?: string;
  readonly publicKey?: string;
  readonly format?: 'ocsf';
}

/**
 * The chain as it stands now, closed by a signed trailer. The public key is better given to an auditor once, and another way
 * than the exports: whoever can swap both can make up both. As OCSF it is a copy for a SIEM, which nobody vouches for.
 */
export async function exportAudit(context: Context, options: ExportOptions): Promise<ExitCode> {
  if (options.format === 'ocsf') return exportOcsf(context, options);
  return withFace(context, async (face) => {
    const { trailer, checkpoint, publicKeyPem } = await face.call(signAuditHead, {});
    const { chain, seq, hash, keyId } = trailer;
    await writeExport(withTrailer(exported(face, seq, exportLine), trailer), options.out);
    if (options.checkpoint !== undefined)
      writeGivenFile(options.checkpoint, `${canonicalJson(checkpoint)}\n`);
    if (options.publicKey !== undefined) writeGivenFile(options.publicKey, publicKeyPem);
    context.say(`${seq} entries, head ${hash.slice(0, 16)}…, key ${keyId}`);
    if (context.json && options.out !== undefined)
      context.print(JSON.stringify({ entries: seq, head: hash, chain, keyId }));
    return EXIT.done;
  });
}

async function exportOcsf(
  context: Context,
  { out, checkpoint, publicKey }: ExportOptions,
): Promise<ExitCode> {
  if (checkpoint !== undefined || publicKey !== undefined) {
    throw new RekeyError({
      code: 'nothing-to-sign',
      family: 'Validation',
      message: 'an export as OCSF has no trailer: --checkpoint and --public-key are of the chain’s own',
      safe: 'Nothing was written.',
      next: ['rekey audit export --out FILE --checkpoint FILE --public-key FILE'],
    });
  }
  return withFace(context, async (face) => {
    const { head } = await face.call(readAudit, { afterSeq: 0, limit: 1 });
    const event = ({ line }: ChainedLine) =>
      `${JSON.stringify(ocsfEvent(JSON.parse(line) as ChainedEntry, REKEY_VERSION))}\n`;
    await writeExport(exported(face, head.seq, event), out);
    context.say(`${head.seq} events of OCSF ${OCSF_VERSION}`);
    if (context.json && out !== undefined)
      context.print(JSON.stringify({ events: head.seq, chain: head.chain, ocsf: OCSF_VERSION }));
    return EXIT.done;
  });
}

/** Lines of the chain up to a place, as an export of that format has them. */
async function* exported(
  face: Face,
  seq: number,
  lineOf: (chained: ChainedLine) => string,
): AsyncGenerator<string> {
  for (let after = 0; after < seq; ) {
    const limit = Math.min(AT_ONCE, seq - after);
    const { lines } = await face.call(readAudit, { afterSeq: after, limit });
    yield lines.map(lineOf).join('');
    after = lines.at(-1)?.seq ?? seq;
  }
}

async function* withTrailer(lines: AsyncIterable<string>, trailer: SignedCheckpoint): AsyncGenerator<string> {
  yield* lines;
  yield `${canonicalJson(trailer)}\n`;
}

async function writeExport(lines: AsyncIterable<string>, file: string | undefined): Promise<void> {
  const out = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(lines, out, { end: file !== undefined });
  } catch (error) {
    if (error instanceof RekeyError) throw error;
    throw unusableFile(file ?? 'standard output', 'written', error);
  }
}

/** Needs no state: an export or an archive, a public key, any machine. */
export async function verify(
  context: Context,
  options: {
    readonly file?: string;
    readonly archive?: string;
    readonly key: string;
    readonly expect?: string;
    readonly canonical?: boolean;
  },
): Promise<ExitCode> {
  const { file, archive, ...rest } = options;
  if (file !== undefined && archive === undefined) return verifyFile(context, { file, ...rest });
  if (file === undefined && archive !== undefined) return verifyArchive(context, { archive, ...rest });
  throw new RekeyError({
    code: 'nothing-to-verify',
    family: 'Validation',
    message: 'either a file or --archive says what to verify',
    safe: 'Nothing was verified.',
    next: ['rekey audit verify FILE --key KEY', 'rekey audit verify --archive s3://BUCKET --key KEY'],
  });
}

async function verifyFile(
  context: Context,
  options: {
    readonly file: string;
    readonly key: string;
    readonly expect?: string;
    readonly canonical?: boolean;
  },
): Promise<ExitCode> {
  const verdict = await verdictOf(options.file, {
    publicKeyPem: await publicKeyGiven(options.key),
    canonical: options.canonical === true,
    ...(options.expect === undefined ? {} : { expect: readGivenFile(options.expect).trim() }),
  });
  if (!verdict.ok) {
    const { kind, line, message } = verdict.tampering;
    throw new RekeyError({
      code: `audit-${kind}`,
      family: 'Unrecoverable',
      message: `${kind === 'checkpoint' ? options.expect : `${options.file}:${line}`} ${message}`,
      safe: 'Nothing was changed; do not rely on this export.',
      next: ['rekey audit export, from the state that it is said to be of'],
    });
  }
  const age = formatDuration(Date.now() - verdict.atMs);
  if (context.json) context.print(JSON.stringify(verdict));
  else
    context.print(
      `${verdict.entries} entries of chain ${verdict.chain} verify, head ${verdict.head.slice(0, 16)}…, exported ${age} ago`,
    );
  return EXIT.done;
}

async function verdictOf(file: string, options: VerifyOptions): Promise<Verdict> {
  try {
    return await verifyExport(createReadStream(file, { highWaterMark: 1 << 20 }), options);
  } catch (error) {
    throw unusableFile(file, 'read', error);
  }
}
