import { createPublicKey } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import { signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { type Verdict, type VerifyOptions, verifyExport } from '../../shared/domain/audit/verify.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { formatDuration } from '../../shared/domain/config/duration.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Services } from '../../shared/driver/services.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readGivenFile, unusableFile, writeGivenFile } from '../given-file.ts';

const AT_ONCE = 1_000;
const LOOK_EVERY_MS = 500;

export async function tail(
  context: Context,
  options: { readonly n: string; readonly follow?: boolean },
): Promise<ExitCode> {
  return withState(context, async ({ services }) => {
    const { seq } = await services.audit.chainPending();
    const stopping = new AbortController();
    process.once('SIGINT', () => stopping.abort());
    let after = Math.max(0, seq - Number(options.n));
    for (;;) {
      for (const { seq: own, line } of await services.audit.lines(after, AT_ONCE)) {
        context.print(context.json ? line : describe(JSON.parse(line) as AuditEntry & { seq: number }));
        after = own;
      }
      if (options.follow !== true || stopping.signal.aborted) return EXIT.done;
      await services.clock.sleep(LOOK_EVERY_MS, stopping.signal);
      await services.audit.chainPending();
    }
  });
}

function describe(entry: AuditEntry & { readonly seq: number }): string {
  const what = [entry.ref, entry.target, entry.consumer].filter((part) => part !== undefined).join(' ');
  const why = entry.reason === undefined ? '' : `: ${entry.reason}`;
  return `${entry.seq} ${new Date(entry.atMs).toISOString()} ${entry.action} ${entry.outcome} ${entry.actor.user} ${what}${why}`;
}

/**
 * The chain as it stands now, closed by a signed trailer. The public key is better given to an auditor once, and another way
 * than the exports: whoever can swap both can make up both.
 */
export async function exportAudit(
  context: Context,
  options: { readonly out?: string; readonly checkpoint?: string; readonly publicKey?: string },
): Promise<ExitCode> {
  return withState(context, async ({ services }) => {
    const { signer } = services;
    const { chain, seq, hash } = await services.audit.chainPending();
    const place = { chain, seq, hash, atMs: services.clock.nowMs() };
    await writeExport(services, place, options.out);
    if (options.checkpoint !== undefined) {
      const checkpoint = await signCheckpoint({ kind: 'rekey-audit-checkpoint', ...place }, signer);
      writeGivenFile(options.checkpoint, `${canonicalJson(checkpoint)}\n`);
    }
    if (options.publicKey !== undefined) writeGivenFile(options.publicKey, signer.publicKeyPem);
    context.say(`${seq} entries, head ${hash.slice(0, 16)}…, key ${signer.keyId}`);
    if (context.json && options.out !== undefined)
      context.print(JSON.stringify({ entries: seq, head: hash, chain, keyId: signer.keyId }));
    return EXIT.done;
  });
}

async function writeExport(
  services: Services,
  place: { readonly chain: string; readonly seq: number; readonly hash: string; readonly atMs: number },
  file: string | undefined,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    for (let after = 0; after < place.seq; ) {
      const some = await services.audit.lines(after, Math.min(AT_ONCE, place.seq - after));
      yield some.map(exportLine).join('');
      after = some.at(-1)?.seq ?? place.seq;
    }
    yield `${canonicalJson(await signCheckpoint({ kind: 'rekey-audit-trailer', ...place }, services.signer))}\n`;
  }
  const out = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(lines, out, { end: file !== undefined });
  } catch (error) {
    if (error instanceof RekeyError) throw error;
    throw unusableFile(file ?? 'standard output', 'written', error);
  }
}

/** Needs no state: an export, a public key, any machine. */
export async function verify(
  context: Context,
  options: {
    readonly file: string;
    readonly key: string;
    readonly expect?: string;
    readonly canonical?: boolean;
  },
): Promise<ExitCode> {
  const verdict = await verdictOf(options.file, {
    publicKeyPem: publicKeyIn(options.key),
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

function publicKeyIn(file: string): string {
  const pem = readGivenFile(file);
  try {
    createPublicKey(pem);
    return pem;
  } catch {
    throw new RekeyError({
      code: 'public-key-malformed',
      family: 'Validation',
      message: `${file} holds no public key (PEM)`,
      safe: 'Nothing was verified.',
      next: ['rekey audit export --public-key FILE, from the state that it is said to be of'],
    });
  }
}
