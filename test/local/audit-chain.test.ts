import { expect, test } from 'vitest';
import { signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { verifyExport } from '../../shared/domain/audit/verify.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { anEntry } from '../contracts/records.ts';
import { aState, openedAgain } from '../support/state.ts';
import { aWorld, type World } from '../support/world.ts';

async function anExport(
  world: World,
): Promise<{ lines: string[]; publicKeyPem: string; checkpoint: string }> {
  const { audit, signer } = world.state.services;
  const head = await audit.chainPending();
  const place = { chain: head.chain, seq: head.seq, hash: head.hash, atMs: 1_795_000_000_000 };
  const lines = (await audit.lines(0, 10_000)).map(({ line }) => line);
  const trailer = await signCheckpoint({ kind: 'rekey-audit-trailer', ...place }, signer);
  const checkpoint = await signCheckpoint({ kind: 'rekey-audit-checkpoint', ...place }, signer);
  return {
    lines: [...lines, canonicalJson(trailer)],
    publicKeyPem: signer.publicKeyPem,
    checkpoint: canonicalJson(checkpoint),
  };
}

async function* fileOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  for (let from = 0; from < bytes.length; from += 1_000) yield bytes.subarray(from, from + 1_000);
}

test('[6.3] an export verifies alone: every entry up to the signed trailer', async () => {
  const world = await aWorld({ secrets: 3 });
  await world.breakGlass();
  const { lines, publicKeyPem, checkpoint } = await anExport(world);
  const verdict = await verifyExport(fileOf(lines), { publicKeyPem, expect: checkpoint });
  expect(verdict).toMatchObject({ ok: true, entries: lines.length - 1 });
});

/** Hashes made anew after an edit, as someone with write access to the archive could. */
const edited = (line: string) => line.replace('"outcome":"success"', '"outcome":"denied"');

test.each([
  ['an edit of the first', 'edit', (lines: string[]) => [edited(lines[0] ?? ''), ...lines.slice(1)]],
  [
    'an edit in the middle',
    'edit',
    (lines: string[]) => lines.map((line, index) => (index === 9 ? edited(line) : line)),
  ],
  ['a removal', 'removal', (lines: string[]) => lines.toSpliced(4, 1)],
  [
    'two neighbours swapped',
    'removal',
    (lines: string[]) => lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? ''),
  ],
  ['an entry twice', 'reordering', (lines: string[]) => lines.toSpliced(4, 0, lines[3] ?? '')],
  ['a missing trailer', 'missing-tail', (lines: string[]) => lines.slice(0, -1)],
  ['a missing tail under the trailer', 'missing-tail', (lines: string[]) => lines.toSpliced(-3, 2)],
  [
    'a changed trailer',
    'trailer',
    (lines: string[]) => [...lines.slice(0, -1), (lines.at(-1) ?? '').replace('"v":1', '"v":2')],
  ],
  [
    'a line that is not canonical',
    'not-canonical',
    (lines: string[]) => lines.map((line, index) => (index === 2 ? line.replace(',', ', ') : line)),
  ],
  ['an empty file', 'missing-tail', () => []],
])('[6.3] %s is caught', async (_name, kind, tamper) => {
  const world = await aWorld({ secrets: 3 });
  await world.breakGlass();
  const { lines, publicKeyPem } = await anExport(world);
  const tampered = tamper(lines);
  const verdict = await verifyExport(tampered.length === 0 ? (async function* () {})() : fileOf(tampered), {
    publicKeyPem,
    canonical: true,
  });
  expect(verdict).toMatchObject({ ok: false, tampering: { kind } });
});

test('[6.3] an older whole export is caught by a checkpoint', async () => {
  const world = await aWorld({ secrets: 1 });
  const older = await anExport(world);
  await world.breakGlass();
  const { checkpoint, publicKeyPem } = await anExport(world);
  expect(await verifyExport(fileOf(older.lines), { publicKeyPem })).toMatchObject({ ok: true });
  expect(await verifyExport(fileOf(older.lines), { publicKeyPem, expect: checkpoint })).toMatchObject({
    ok: false,
    tampering: { kind: 'older-export' },
  });
});

test('[6.3] an export by another key is not believed', async () => {
  const [world, other] = [await aWorld(), await aWorld()];
  const { lines } = await anExport(world);
  const { publicKeyPem } = await anExport(other);
  expect(await verifyExport(fileOf(lines), { publicKeyPem })).toMatchObject({
    ok: false,
    tampering: { kind: 'trailer' },
  });
});

test('[6.3] nobody comes between the head that a writer read and the entries that he chains upon it', async () => {
  const state = aState();
  const other = openedAgain(state);
  // Refused at once: waiting, it would keep the first one from going on.
  other.database.exec('PRAGMA busy_timeout = 0');
  await state.services.registry.append([anEntry()]);
  const between: Promise<unknown>[] = [];
  const prepare = state.database.prepare.bind(state.database);
  state.database.prepare = (sql) => {
    if (sql.includes('ORDER BY n LIMIT')) {
      between.push(other.services.audit.chainPending(), other.services.registry.append([anEntry()]));
    }
    return prepare(sql);
  };
  expect(await state.services.audit.chainPending()).toMatchObject({ seq: 1 });
  const locked = { status: 'rejected', reason: { family: 'Throttled', code: 'state-locked' } };
  expect(await Promise.allSettled(between)).toMatchObject([locked, locked]);
});
