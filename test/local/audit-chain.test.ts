import { expect, test } from 'vitest';
import { insertEntries } from '../../local/sqlite/audit-rows.ts';
import { transact } from '../../local/sqlite/database.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import { hashLine } from '../../shared/domain/audit/line.ts';
import { signCheckpoint } from '../../shared/domain/audit/signed.ts';
import { verifyExport } from '../../shared/domain/audit/verify.ts';
import { canonicalJson } from '../../shared/domain/canonical.ts';
import { anEntry } from '../contracts/records.ts';
import { aState, openedAgain } from '../support/state.ts';
import { aWorld, type World } from '../support/world.ts';

interface Export {
  /** Entry lines and the trailer, each without its newline. */
  readonly lines: readonly string[];
  readonly publicKeyPem: string;
  readonly checkpoint: string;
}

async function anExport({ state }: World): Promise<Export> {
  const { audit, signer } = state.services;
  const head = await audit.chainPending();
  const place = { chain: head.chain, seq: head.seq, hash: head.hash, atMs: 1_795_000_000_000 };
  const lines = (await audit.lines(0, 10_000)).map((chained) => exportLine(chained).slice(0, -1));
  const trailer = await signCheckpoint({ kind: 'rekey-audit-trailer', ...place }, signer);
  const checkpoint = await signCheckpoint({ kind: 'rekey-audit-checkpoint', ...place }, signer);
  return {
    lines: [...lines, canonicalJson(trailer)],
    publicKeyPem: signer.publicKeyPem,
    checkpoint: canonicalJson(checkpoint),
  };
}

async function* fileOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += 1_000) yield bytes.subarray(from, from + 1_000);
}

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** One incident's whole export, made once. */
const ofAnIncident = (() => {
  let made: Promise<Export> | undefined;
  const make = async () => {
    const world = await aWorld({ secrets: 3 });
    await world.breakGlass();
    return anExport(world);
  };
  return () => (made ??= make());
})();

test('[6.3] an export verifies alone: every entry up to the signed trailer', async () => {
  const { lines, publicKeyPem, checkpoint } = await ofAnIncident();
  const verdict = await verifyExport(fileOf(textOf(lines)), { publicKeyPem, expect: checkpoint });
  expect(verdict).toMatchObject({ ok: true, entries: lines.length - 1 });
});

const edited = (line = '') => line.replace('"outcome":"success"', '"outcome":"denied"');

/** Every hash from this line on made anew, as whoever can write to the archive and knows the format would. */
function madeAnew(lines: readonly string[], from: number): string[] {
  let previous: Buffer = Buffer.from(
    from === 0 ? '0'.repeat(64) : (lines[from - 1] ?? '').slice(-66, -2),
    'hex',
  );
  return lines.map((line, index) => {
    if (index < from || index === lines.length - 1) return line;
    const entry = line.slice('{"entry":'.length, -',"hash":""}'.length - 64);
    previous = hashLine(entry, previous);
    return exportLine({ line: entry, hash: previous.toString('hex') }).slice(0, -1);
  });
}

type Tamper = (lines: readonly string[], text: string) => string;
const each = (change: (line: string, index: number, last: number) => string): Tamper => {
  return (lines) => textOf(lines.map((line, index) => change(line, index, lines.length - 2)));
};

/** Lines are counted from 1. `last` is the last entry's, `end` the trailer's. */
test.each<[string, string, (last: number, end: number) => number, Tamper]>([
  ['an edit of the first', 'edit', () => 1, each((line, index) => (index === 0 ? edited(line) : line))],
  ['an edit in the middle', 'edit', () => 10, each((line, index) => (index === 9 ? edited(line) : line))],
  [
    'an edit of the last',
    'edit',
    (last) => last,
    each((line, index, last) => (index === last ? edited(line) : line)),
  ],
  [
    'an edit of a hash alone',
    'edit',
    () => 10,
    each((line, index) => (index === 9 ? `${line.slice(0, -66)}${'0'.repeat(64)}"}` : line)),
  ],
  [
    // The line itself fits then; the next one does not, and both are named.
    'an edit with its own hash made anew',
    'edit',
    () => 11,
    (lines) => {
      const anew = madeAnew(lines.with(9, edited(lines[9])), 9);
      return textOf(lines.with(9, anew[9] ?? ''));
    },
  ],
  [
    'an edit with every later hash made anew',
    'edit',
    (_last, end) => end,
    (lines) => textOf(madeAnew(lines.with(9, edited(lines[9])), 9)),
  ],
  ['a removal', 'removal', () => 5, (lines) => textOf(lines.toSpliced(4, 1))],
  [
    'two neighbours swapped',
    'reordering',
    () => 5,
    (lines) => textOf(lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? '')),
  ],
  ['an entry twice', 'repetition', () => 5, (lines) => textOf(lines.toSpliced(4, 0, lines[3] ?? ''))],
  [
    'an entry of another chain',
    'other-chain',
    () => 5,
    each((line, index) => (index === 4 ? line.replace('"chain":"local"', '"chain":"other"') : line)),
  ],
  ['a missing trailer', 'missing-tail', (_last, end) => end, (lines) => textOf(lines.slice(0, -1))],
  [
    'a missing tail under the trailer',
    'missing-tail',
    (last) => last - 1,
    (lines) => textOf(lines.toSpliced(-3, 2)),
  ],
  ['an empty file', 'missing-tail', () => 1, () => ''],
  ['a changed trailer', 'trailer', (_last, end) => end, (_lines, text) => text.replace(/1\}\n$/, '2}\n')],
  [
    'a trailer with a member twice',
    'trailer',
    (_last, end) => end,
    (_lines, text) => text.replace(/1\}\n$/, '2,"v":1}\n'),
  ],
  [
    'a trailer with spaces',
    'trailer',
    (_last, end) => end,
    (_lines, text) => text.replace(/1\}\n$/, ' 1}\n'),
  ],
  ['an entry after the trailer', 'trailer', (_last, end) => end + 1, (lines, text) => `${text}${lines[0]}\n`],
  ['a blank line at the end', 'trailer', (_last, end) => end + 1, (_lines, text) => `${text}\n`],
  ['a blank line in between', 'malformed', () => 4, (lines) => textOf(lines.toSpliced(3, 0, ''))],
  ['a blank first line', 'malformed', () => 1, (_lines, text) => `\n${text}`],
  ['a byte order mark', 'malformed', () => 1, (_lines, text) => `\uFEFF${text}`],
  ['CRLF', 'malformed', () => 1, (_lines, text) => text.replaceAll('\n', '\r\n')],
  ['CRLF at one line', 'malformed', () => 3, each((line, index) => (index === 2 ? `${line}\r` : line))],
  ['no newline at the end', 'malformed', (_last, end) => end, (_lines, text) => text.slice(0, -1)],
  [
    'no newline between two entries',
    'malformed',
    () => 3,
    (lines) => textOf(lines.toSpliced(2, 2, `${lines[2]}${lines[3]}`)),
  ],
  ['trailing spaces', 'malformed', () => 3, each((line, index) => (index === 2 ? `${line} ` : line))],
  ['leading spaces', 'malformed', () => 3, each((line, index) => (index === 2 ? ` ${line}` : line))],
  [
    'spaces between the members',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace(',"hash":', ', "hash":') : line)),
  ],
  [
    'a further member before the entry',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace('{', '{"note":1,') : line)),
  ],
  [
    'a further member after the entry',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace(',"hash":', ',"note":1,"hash":') : line)),
  ],
  [
    'a further member after the hash',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace(/\}$/, ',"note":1}') : line)),
  ],
  [
    'the entry twice in one line',
    'edit',
    () => 3,
    each((line, index) => (index === 2 ? line.replace('{"entry":', '{"entry":{"v":1},"entry":') : line)),
  ],
  [
    'the hash twice in one line',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace(/(,"hash":".{64}")\}$/, '$1$1}') : line)),
  ],
  [
    'a member twice in the entry',
    'edit',
    () => 3,
    each((line, index) => (index === 2 ? line.replace('"outcome":', '"outcome":"denied","outcome":') : line)),
  ],
  [
    'another closing byte',
    'malformed',
    () => 3,
    each((line, index) => (index === 2 ? line.replace(/\}$/, ']') : line)),
  ],
  ['a bare entry', 'malformed', () => 3, each((line, index) => (index === 2 ? line.slice(9, -75) : line))],
])('[6.3] %s is named at its own line', async (_name, kind, lineOf, tamper) => {
  const { lines, publicKeyPem } = await ofAnIncident();
  const tampered = tamper(lines, textOf(lines));
  expect(tampered).not.toBe(textOf(lines));
  expect(await verifyExport(fileOf(tampered), { publicKeyPem })).toMatchObject({
    ok: false,
    tampering: { kind, line: lineOf(lines.length - 1, lines.length) },
  });
});

test('[6.3] a line that its writer did not make canonical is named when asked for', async () => {
  const world = await aWorld({ secrets: 1 });
  const { lines, publicKeyPem } = await anExport(world);
  const spaced = madeAnew(lines.with(2, (lines[2] ?? '').replace('"v":1', '"v": 1')), 2);
  const verdict = await verifyExport(fileOf(textOf(spaced)), { publicKeyPem, canonical: true });
  expect(verdict).toMatchObject({ ok: false, tampering: { kind: 'not-canonical', line: 3 } });
});

test('[6.3] where every later hash was made anew, a checkpoint from in between says on which side the edit lies', async () => {
  const world = await aWorld({ secrets: 1 });
  const { checkpoint, lines: before } = await anExport(world);
  await world.breakGlass();
  const { lines, publicKeyPem } = await anExport(world);
  const at = before.length - 1;
  const messageOf = async (index: number, expect?: string) => {
    const verdict = await verifyExport(
      fileOf(textOf(madeAnew(lines.with(index, edited(lines[index])), index))),
      { publicKeyPem, ...(expect === undefined ? {} : { expect }) },
    );
    return verdict.ok ? '' : verdict.tampering.message;
  };
  expect(await messageOf(1)).toContain('cannot be told from the export alone');
  expect(await messageOf(1, checkpoint)).toContain(`at entry ${at} or before`);
  expect(await messageOf(at, checkpoint)).toContain(`after entry ${at}`);
});

test('[6.3] an older whole export is caught by a checkpoint', async () => {
  const world = await aWorld({ secrets: 1 });
  const older = await anExport(world);
  await world.breakGlass();
  const { checkpoint, publicKeyPem } = await anExport(world);
  const text = textOf(older.lines);
  expect(await verifyExport(fileOf(text), { publicKeyPem })).toMatchObject({ ok: true });
  expect(await verifyExport(fileOf(text), { publicKeyPem, expect: checkpoint })).toMatchObject({
    ok: false,
    tampering: { kind: 'older-export' },
  });
});

test('[6.3] a checkpoint that was changed, or is another key’s, is not relied on', async () => {
  const world = await aWorld({ secrets: 1 });
  const { lines, checkpoint, publicKeyPem } = await anExport(world);
  const other = await anExport(await aWorld());
  for (const expected of [checkpoint.replace('"v":1', '"v":1 '), other.checkpoint]) {
    expect(await verifyExport(fileOf(textOf(lines)), { publicKeyPem, expect: expected })).toMatchObject({
      ok: false,
      tampering: { kind: 'checkpoint' },
    });
  }
});

test('[6.3] an export by another key is not believed', async () => {
  const [world, other] = [await aWorld(), await aWorld()];
  const { lines } = await anExport(world);
  const { publicKeyPem } = await anExport(other);
  expect(await verifyExport(fileOf(textOf(lines)), { publicKeyPem })).toMatchObject({
    ok: false,
    tampering: { kind: 'trailer', line: lines.length },
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
      const append = async () => transact(other.database, () => insertEntries(other.database, [anEntry()]));
      between.push(other.services.audit.chainPending(), append());
    }
    return prepare(sql);
  };
  expect(await state.services.audit.chainPending()).toMatchObject({ seq: 1 });
  const locked = { status: 'rejected', reason: { family: 'Throttled', code: 'state-locked' } };
  expect(await Promise.allSettled(between)).toMatchObject([locked, locked]);
});
