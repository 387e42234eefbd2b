import { expect, test } from 'vitest';
import type { IncidentRecord, LayerReport } from '../../../../shared/domain/incident.ts';
import type { Packet } from '../../../../shared/domain/packet/packet.ts';
import { renderPacketHtml } from '../../../../shared/domain/packet/page/page.ts';
import {
  aDelivery,
  anIncident,
  aPacket,
  aRead,
  byHand,
  CONFIRMED,
  parked,
  proven,
  withoutAccount,
} from '../../../support/packet-records.ts';

const A = 'vault://p/a';
const DOWN = { code: 'target-unavailable', message: 'db2 does not answer', sweepable: true };
const FENCED = { cause: 'reader-compromised', fence: true, cut: true } as const;

/** What a reader sees of it: no markup, no style, one space where there are several. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll('<wbr>', '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

/** A packet with something in each of its parts. */
function aFullPacket(): Packet {
  const stories = [
    proven(A),
    parked('vault://p/b', DOWN, { target: 'db2' }),
    withoutAccount('vault://p/c', { target: 'db3' }),
  ];
  const layers: LayerReport[] = [
    { layer: 'target', target: 'db2', state: 'not-yet-observed', atMs: CONFIRMED + 900, detail: 'no answer' },
    { layer: 'resolver', state: 'observed', atMs: CONFIRMED + 200, detail: 'a canary reader was denied' },
    { layer: 'key', state: 'not-enforceable', detail: 'it also seals secrets outside the scope' },
  ];
  const incident = anIncident(
    stories,
    { ...FENCED, principal: 'eve' },
    {
      layers,
      cutAtMs: CONFIRMED + 900,
      containedAtMs: CONFIRMED + 900,
      signatures: [{ person: 'ada', armored: '', atMs: CONFIRMED + 9_000, expiresAtMs: CONFIRMED + 99_000 }],
    },
  );
  const { confirmedAtMs: _not, ...told } = aDelivery('vault://p/b', { state: 'told' });
  return aPacket(stories, incident, {
    reads: [
      aRead(A, { agent: 'nightly' }),
      aRead(A, { user: 'eve' }),
      aRead(A, { user: 'eve', outcome: 'denied' }),
    ],
    deliveries: [aDelivery(A), told],
  });
}

test('[5.5] all proven dead: the verdict says so, and nothing is left', () => {
  const text = textOf(renderPacketHtml(aPacket([proven(A), proven('vault://p/b')])));
  expect(text).toContain('All 2 old credentials are proven dead');
  expect(text).toContain('What is left to do Nothing.');
});

test('[5.5] not all proven dead: never “all”, and what is open stands open on the page', () => {
  const page = renderPacketHtml(aFullPacket());
  expect(textOf(page)).toContain('2 of 3 old credentials are proven dead 1 is not: see what is left to do.');
  expect(page).toMatch(/<details open><summary><b>db2<\/b>/);
  expect(page).toMatch(/<details><summary><b>db1<\/b>/);
  expect(textOf(page)).toContain('bring db2 back Then rekey resume inc-1');
});

test('[5.5] an empty scope claims nothing, and a single secret is not “all 1”', () => {
  expect(textOf(renderPacketHtml(aPacket([])))).toContain('No secret was in the scope');
  const one = parked(A, DOWN);
  expect(textOf(renderPacketHtml(aPacket([proven(A)])))).toContain('The old credential is proven dead');
  expect(textOf(renderPacketHtml(aPacket([one])))).toContain('The old credential is not proven dead');
});

test('[5.5] what a newer break-glass has taken over is neither proven nor left to do here', () => {
  const story = proven(A);
  const newer = { ...story, secret: { ...story.secret, epoch: 3 } };
  const text = textOf(renderPacketHtml(aPacket([newer, proven('vault://p/b')])));
  expect(text).toContain('1 of 2 old credentials are proven dead A newer break-glass has taken over 1');
  expect(text).toContain('What is left to do Nothing.');
});

const timesOf = (plan: Parameters<typeof anIncident>[1], more: Partial<IncidentRecord> = {}) => {
  const stories = [proven(A)];
  const page = renderPacketHtml(aPacket(stories, anIncident(stories, plan, more)));
  return textOf(/<dl class="times">.*?<\/dl>/s.exec(page)?.[0] ?? '').trim();
};

test('[5.4] a moment that was not observed says why: not planned, or not seen yet', () => {
  expect(timesOf({})).toBe(
    'Contained nothing was closed Cut at the targets nothing was cut Re-issued 1 of 1 so far Proven dead 1 of 1 so far Re-opened nothing was fenced',
  );
  expect(timesOf({ cut: true })).toMatch(
    /^Contained not observed yet Cut at the targets not observed yet .* Re-opened nothing was fenced$/,
  );
  expect(timesOf(FENCED)).toMatch(/^Contained not observed yet .* Re-opened reads are still refused$/);
});

test('[5.4] an observed moment has its duration and its time on the clock, and where it does not hold', () => {
  const layers: LayerReport[] = [
    { layer: 'target', target: 'db1', state: 'observed', atMs: CONFIRMED + 850, detail: 'off' },
    { layer: 'target', target: 'db9', state: 'not-yet-observed', detail: 'no answer' },
  ];
  expect(timesOf(FENCED, { cutAtMs: CONFIRMED + 850, reopenedAtMs: CONFIRMED + 125_000, layers })).toMatch(
    /Cut at the targets 0.85 s 2026-11-24 03:00:00 UTC not at db9 .* Re-opened 2m5s 2026-11-24 03:02:05 UTC$/,
  );
});

test('[5.4] who read what: by principal, the one named as compromised in the open, refusals apart', () => {
  const page = renderPacketHtml(aFullPacket());
  const text = textOf(page);
  expect(text).toContain('since 2026-11-24 01:00:00 UTC, when it leaked as the responder said');
  expect(text).toContain('eve named as compromised 1 read of 1 version, 1 denied');
  expect(text).toContain('checkout-service , agent nightly 1 read of 1 version');
  expect(text).toContain(`${A} read 1 (revoked-proven) 1 2026-11-24 01:01:00`);
  expect(page).toMatch(/<details open><summary><b>eve<\/b>/);
});

test('[5.5] containment is said by layer with what was seen, in the order in which reads go', () => {
  expect(textOf(renderPacketHtml(aFullPacket()))).toContain(
    'resolver observed 0.20 s a canary reader was denied key not enforceable it also seals secrets outside the scope target db2 not yet observed 0.90 s no answer Signed for by ada (2026-11-24 03:00:09 UTC).',
  );
  expect(textOf(renderPacketHtml(aPacket([proven(A)])))).toContain(
    'Nothing was closed: the readers are honest',
  );
});

test('[5.4] an old credential that lives is shown as what it is, with why it does', () => {
  const page = renderPacketHtml(aPacket([parked(A, DOWN)]));
  expect(page).toContain('<span class="chip bad">live</span>');
  expect(textOf(page)).toContain('not re-issued 1 epoch 1 live 2026-11-24 00:59:00 – what readers still get');
  expect(textOf(page)).toContain('target-unavailable: db2 does not answer');
  expect(renderPacketHtml(aPacket([proven(A)]))).toContain('<span class="chip good">live</span>');
});

test('[5.4] what only people can replace is never shown as done, nor as cut', () => {
  const stories = [byHand(A, false), proven('vault://p/b')];
  const layers: LayerReport[] = [
    { layer: 'target', target: 'db1', state: 'observed', atMs: CONFIRMED + 850, detail: 'off' },
    { layer: 'target', target: 'by hand', state: 'not-enforceable', detail: 'no rotator' },
  ];
  const incident = anIncident(stories, FENCED, { cutAtMs: CONFIRMED + 850, layers });
  const text = textOf(renderPacketHtml(aPacket(stories, incident)));
  expect(text).toContain('2 secrets at 1 target');
  expect(text).toMatch(/Cut at the targets 0.85 s [-: 0-9]+ UTC some cannot be cut Re-issued 1 of 2 so far/);
  expect(text).toMatch(/Of no target 0 of 1 proven dead .* people replace it 1 epoch 1 live/);
});

/** Fields whose words the page chooses by; everything else may be anybody's text. */
const OWN_WORDS = new Set(['cause', 'state', 'standing', 'fate', 'outcome', 'layer', 'source']);

function hostile<T>(value: T, text: string, key = ''): T {
  if (typeof value === 'string') return (OWN_WORDS.has(key) ? value : `${text}${value}`) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => hostile(item, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, hostile(item as unknown, text, name)]),
  ) as T;
}

test('[5.5] hostile text in any field stays text', () => {
  const page = renderPacketHtml(hostile(aFullPacket(), '<script>alert(1)</script>"\'><img onerror=x>&amp;'));
  const tags = new Set([...page.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name));
  const plain = new Set(
    [...renderPacketHtml(aFullPacket()).matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name),
  );
  expect(tags).toEqual(plain);
  expect(tags.has('script')).toBe(false);
  const inTags = [...page.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag).join('\n');
  expect(inTags).not.toMatch(/alert|onerror/);
  expect(page).toContain(
    '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img onerror=x&gt;&amp;amp;',
  );
});

test('[5.5] letters that turn or hide text are written out, so that one name does not look like another', () => {
  const packet = aPacket([proven(A)], undefined, {
    reads: [aRead(A, { user: 'eve\u202Enimda\u200B\u0007' })],
  });
  const page = renderPacketHtml(packet);
  expect(page).toContain('eve\\u{202e}nimda\\u{200b}\\u{7}');
  for (const letter of ['\u202E', '\u200B', '\u0007']) expect(page).not.toContain(letter);
});

test('[5.5] the page loads nothing and leads nowhere', () => {
  const page = renderPacketHtml(aFullPacket());
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
  expect(page).not.toMatch(/https?:|href|src=|url\(|@import|<(link|script|img|iframe|form|object|base)\b/i);
});
