import { generateKeyPairSync, sign } from 'node:crypto';
import { exportLine } from '../shared/domain/audit/export-line.ts';
import { chainLine, GENESIS } from '../shared/domain/audit/line.ts';
import { signCheckpoint } from '../shared/domain/audit/signed.ts';
import { verifyExport } from '../shared/domain/audit/verify.ts';
import { canonicalJson } from '../shared/domain/canonical.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CHUNK_BYTES = 1 << 20;

/** A whole export as it would be read from a file. */
export interface AuditExport {
  readonly entries: number;
  readonly bytes: Buffer;
}

/** Entries like those of a break-glass. */
export async function makeExport(entries: number): Promise<AuditExport> {
  const lines: string[] = [];
  let previous = GENESIS;
  for (let seq = 1; seq <= entries; seq += 1) {
    const entry = {
      v: 1,
      id: `inc-20261124-payments-55b8:vault://prod/payments/app_${seq}:7.3`,
      atMs: 1_795_000_000_000 + seq,
      action: 'prove',
      outcome: 'success',
      actor: { user: 'bench', workflowId: 'inc-20261124-payments-55b8' },
      source: 'rekey',
      ref: `vault://prod/payments/app_${seq}`,
      className: 'payments',
      tenant: 'acme',
      target: 'db1',
      operation: 'inc-20261124-payments-55b8',
      ordinal: 7_003,
      reason: 'refused (28P01), the new one accepted, no session from before',
    } as const;
    const chained = chainLine(entry, { chain: 'bench', seq, previous });
    previous = chained.hash;
    lines.push(exportLine(chained));
  }
  const trailer = await signCheckpoint(
    { kind: 'rekey-audit-trailer', chain: 'bench', seq: entries, hash: previous, atMs: 1_795_000_000_000 },
    { keyId: 'bench', sign: async (bytes) => sign('sha256', bytes, privateKey) },
  );
  return { entries, bytes: Buffer.from(`${lines.join('')}${canonicalJson(trailer)}\n`) };
}

/** Entries a second. */
export async function verifiedPerSecond(audit: AuditExport, canonical: boolean): Promise<number> {
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const began = performance.now();
  const verdict = await verifyExport(chunksOf(audit.bytes), { publicKeyPem, canonical });
  const seconds = (performance.now() - began) / 1_000;
  if (!verdict.ok) throw new Error(verdict.tampering.message);
  return audit.entries / seconds;
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES);
}
