import { describe, expect, test } from 'vitest';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import type { RetentionPolicy } from '../../shared/domain/audit/retention.ts';
import type { AuditArchive } from '../../shared/ports/audit-archive.ts';
import type { AuditCursor } from '../../shared/ports/audit-cursor.ts';
import { aClass, anEntry } from '../contracts/records.ts';
import { afterChaining } from '../support/after-chaining.ts';
import { filesIn } from '../support/archive-folder.ts';
import { FrozenClock } from '../support/clock.ts';
import { aState } from '../support/state.ts';
import { aWorld } from '../support/world.ts';

const blocksIn = (folder: string) => filesIn(folder).filter(([name]) => name.endsWith('.jsonl'));
const checkpointsIn = (folder: string) => filesIn(folder).filter(([name]) => name.endsWith('.json'));

/** A state whose clock stands, with a chain of so many entries that were committed at that moment. */
async function aChain(count: number) {
  const clock = new FrozenClock();
  const { services } = aState({ clock });
  const add = async (more: number) => {
    const entries = Array.from({ length: more }, () => anEntry({ atMs: clock.ms }));
    await services.registry.append(entries);
    return entries;
  };
  const entries = await add(count);
  return { clock, services, add, entries, ...afterChaining(services) };
}

/** Killed after what it did, before the cursor is moved. */
function dying(cursor: AuditCursor): AuditCursor {
  return {
    ...cursor,
    advance: async () => {
      throw new Error('killed');
    },
  };
}

describe('the archive', () => {
  test('[6.3] holds the lines of an export byte for byte, a thousand a block, and nothing twice however often it is woken', async () => {
    const { folder, services, archive, add } = await aChain(1_500);
    expect(await archive()).toEqual({ v: 1, left: 0, oldestUnarchivedSeconds: 0 });
    await archive();
    await add(3);
    await archive();
    const blocks = blocksIn(folder);
    expect(blocks.map(([name]) => name)).toEqual(
      ['000000000001', '000000001001', '000000001501'].map((from) => `audit/local/${from}.jsonl`),
    );
    const lines = await services.audit.lines(0, 10_000);
    expect(blocks.map(([, text]) => text).join('')).toBe(lines.map(exportLine).join(''));
    expect(lines).toHaveLength(1_503);
  });

  test('[6.3] killed between block and cursor, with more chained meanwhile: the block stands, the rest follows it', async () => {
    const { folder, services, deployed, archive, add } = await aChain(3);
    await expect(archive({ archived: dying(deployed.archived) })).rejects.toThrow('killed');
    await add(2);
    expect(await archive()).toMatchObject({ left: 0 });
    const blocks = blocksIn(folder);
    expect(blocks.map(([, text]) => text.split('\n').length - 1)).toEqual([3, 2]);
    const lines = await services.audit.lines(0, 10);
    expect(blocks.map(([, text]) => text).join('')).toBe(lines.map(exportLine).join(''));
  });

  test('[6.3] two at once leave one archive without a gap', async () => {
    const { folder, services, archive } = await aChain(2_500);
    await Promise.all([archive(), archive(), archive()]);
    const lines = await services.audit.lines(0, 10_000);
    expect(
      blocksIn(folder)
        .map(([, text]) => text)
        .join(''),
    ).toBe(lines.map(exportLine).join(''));
  });

  test('[6.4] a block is kept as long as the longest of the classes that it tells of, a hold among them', async () => {
    const { clock, services, deployed, archive } = await aChain(0);
    const DAY_MS = 86_400_000;
    const holdUntilMs = clock.ms + 5_000 * DAY_MS;
    const classOf = (name: string, retention: RetentionPolicy | undefined) => {
      const { policy, ...rest } = aClass(name);
      return { ...rest, policy: { ...policy, ...(retention === undefined ? {} : { retention }) } };
    };
    await services.registry.applyEnrolment([
      {
        put: {
          classes: [
            classOf('card', { regimes: ['pci-dss'], keepMs: 366 * DAY_MS }),
            classOf('health', { regimes: ['hipaa', 'gdpr'], keepMs: 2_192 * DAY_MS }),
            classOf('disputed', { regimes: ['pci-dss'], keepMs: 366 * DAY_MS, holdUntilMs }),
            classOf('plain', undefined),
          ],
        },
        remove: {},
        entries: [],
      },
    ]);
    await archive();
    const kept: (number | undefined)[] = [];
    const noting: AuditArchive = {
      ...deployed.archive,
      async writeBlock(block) {
        kept.push(block.keepUntilMs);
        return deployed.archive.writeBlock(block);
      },
    };
    for (const classes of [
      ['plain'],
      [],
      ['gone'],
      ['card', 'plain'],
      ['card', 'health'],
      ['health', 'disputed'],
    ]) {
      const entries = classes.length === 0 ? [anEntry()] : classes.map((className) => anEntry({ className }));
      await services.registry.append(entries);
      await archive({ archive: noting });
    }
    expect(kept).toEqual([
      undefined,
      undefined,
      undefined,
      clock.ms + 366 * DAY_MS,
      clock.ms + 2_192 * DAY_MS,
      holdUntilMs,
    ]);
  });

  test('[7.1] out of time it says what is left, and since when', async () => {
    const { clock, folder, archive } = await aChain(3);
    clock.ms += 90_000;
    const nothing = await archive({}, { untilMs: clock.ms });
    expect(nothing).toEqual({ v: 1, left: 3, oldestUnarchivedSeconds: 90 });
    expect(filesIn(folder)).toEqual([]);
  });

  test('[6.3] a chain that lost an entry in its table, or went back to an earlier time, is archived no further', async () => {
    const { folder, deployed, archive, add } = await aChain(3);
    await archive();
    const before = filesIn(folder);
    await add(3);
    const holed = {
      ...deployed.chained,
      lines: async (after: number, limit: number) =>
        (await deployed.chained.lines(after, limit)).filter(({ seq }) => seq !== 5),
    };
    await expect(archive({ chained: holed })).rejects.toMatchObject({ code: 'audit-broken' });
    const earlier = { ...deployed.chained, head: async () => ({ chain: 'local', seq: 2, hash: '' }) };
    await expect(archive({ chained: earlier })).rejects.toMatchObject({ code: 'archive-ahead' });
    expect(filesIn(folder)).toEqual(before);
  });
});

describe('checkpoints', () => {
  test('[6.3] one stands beside the blocks over their last line, where there are new ones', async () => {
    const { folder, services, archive, sign, add } = await aChain(3);
    expect(await sign()).toEqual({ v: 1, seq: 0 });
    await archive();
    expect(await sign()).toEqual({ v: 1, seq: 3 });
    await sign();
    await add(2);
    await services.audit.chainPending();
    // Chained and not archived: nothing to vouch for in the archive yet.
    expect(await sign()).toEqual({ v: 1, seq: 3 });
    await archive();
    await sign();
    expect(checkpointsIn(folder).map(([name]) => name)).toEqual(
      ['000000000003', '000000000005'].map((seq) => `audit/local/checkpoints/${seq}.json`),
    );
  });

  test('[6.3] killed between checkpoint and cursor it signs again, and the first stays', async () => {
    const { folder, deployed, archive, sign } = await aChain(3);
    await archive();
    await expect(sign({}, { signed: dying(deployed.signed) })).rejects.toThrow('killed');
    const before = checkpointsIn(folder);
    expect(await sign()).toEqual({ v: 1, seq: 3 });
    expect(checkpointsIn(folder)).toEqual(before);
  });

  test('[6.3] at an incident’s end it waits for the archive to come there, and says when it does not', async () => {
    const { clock, deployed, archive, sign } = await aChain(3);
    let looks = 0;
    const waiting = {
      nowMs: () => clock.ms,
      sleep: async (ms: number) => {
        clock.ms += ms;
        looks += 1;
        if (looks === 3) await archive();
      },
    };
    expect(await sign({ atLeast: 3 }, { clock: waiting })).toEqual({ v: 1, seq: 3 });
    expect(looks).toBe(3);
    await expect(sign({ atLeast: 4 })).rejects.toMatchObject({ family: 'Throttled', code: 'archive-behind' });
    expect(await deployed.signed.seq()).toBe(3);
  });

  test('[6.3] the hash is the chain’s: what the archive’s writer says is not signed', async () => {
    const { folder, deployed, archive, sign } = await aChain(3);
    await archive();
    await deployed.archived.advance(9);
    await expect(sign()).rejects.toMatchObject({ code: 'audit-broken' });
    expect(checkpointsIn(folder)).toEqual([]);
  });
});

describe('the bus', () => {
  test('[6.2] every entry once in the chain’s order, with its place; woken again it says nothing', async () => {
    const { sent, entries, publish } = await aChain(250);
    expect(await publish()).toEqual({ v: 1, left: 0 });
    await publish();
    expect(sent.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(sent.map(({ entry }) => entry)).toEqual(entries);
    expect(sent[0]?.chain).toBe('local');
  });

  test('[6.2] killed before the cursor moves, it tells the same places again and misses none', async () => {
    const { sent, deployed, publish } = await aChain(150);
    await expect(publish({ published: dying(deployed.published) })).rejects.toThrow('killed');
    await publish();
    const places = sent.map(({ seq }) => seq);
    expect(places).toHaveLength(250);
    expect([...new Set(places)]).toHaveLength(150);
  });

  test('[7.1] out of time it says what is left', async () => {
    const { clock, sent, publish } = await aChain(3);
    expect(await publish({}, { untilMs: clock.ms })).toEqual({ v: 1, left: 3 });
    expect(sent).toEqual([]);
  });
});

describe('people', () => {
  test('[7.1] are told of an incident’s opening, containment and end, once each, with what to do', async () => {
    const world = await aWorld({ secrets: 2 });
    const { notices, tell } = afterChaining(world.state.services);
    const { id } = await world.breakGlass('values-leaked', { cutNow: true });
    await tell();
    await tell();
    expect(notices.map(({ kind, words, next }) => [kind, words, next[0]])).toEqual([
      [
        'incident-opened',
        'responder broke the glass of class payments (values-leaked, secrets: 2).',
        `rekey watch ${id}`,
      ],
      [
        'incident-contained',
        'Class payments is contained: each layer that can be enforced was seen to be.',
        `rekey incident show ${id}`,
      ],
      [
        'incident-sealed',
        'The incident is over. Every old credential is proven dead (secrets: 2).',
        `rekey incident show ${id}`,
      ],
    ]);
    expect(new Set(notices.map((notice) => notice.id)).size).toBe(3);
  });

  test('[7.1] are told that a fenced class waits for them, and not before its packet is there', async () => {
    const world = await aWorld();
    const { notices, tell } = afterChaining(world.state.services);
    const { id } = await world.breakGlass('reader-compromised');
    await tell();
    expect(notices.map(({ kind, incident }) => [kind, incident])).toEqual([
      ['incident-opened', id],
      ['incident-contained', id],
      ['people-needed', id],
    ]);
    expect(notices.at(-1)?.words).toBe(
      'Class payments stays fenced until 2 people sign. Every old credential is proven dead (secrets: 1).',
    );
  });

  test('[7.1] two who are woken at once tell a moment once', async () => {
    const world = await aWorld();
    const { notices, tell } = afterChaining(world.state.services);
    await world.breakGlass();
    await Promise.all([tell(), tell(), tell()]);
    const ids = notices.map((notice) => notice.id);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('[7.1] what could not be told is told by the next, and what was told is not told again', async () => {
    const world = await aWorld();
    const { notices, deployed, tell } = afterChaining(world.state.services);
    await world.breakGlass();
    const failing: typeof deployed.notices = {
      ...deployed.notices,
      async tell(message) {
        if (message.notice.kind === 'incident-sealed')
          return { state: 'failed', message: 'no answer in 5 s' };
        return deployed.notices.tell(message);
      },
    };
    await tell({ notices: failing });
    const before = notices.map(({ kind }) => kind);
    expect(before).not.toContain('incident-sealed');
    const { clock } = world.state.services;
    await tell({ clock: { ...clock, nowMs: () => clock.nowMs() + 60_000 } });
    expect(notices.map(({ kind }) => kind)).toEqual([...before, 'incident-sealed']);
  });
});
