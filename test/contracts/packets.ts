import { describe, expect, test } from 'vitest';
import type { Packets } from '../../shared/ports/packets.ts';
import { uniqueName } from './records.ts';

/** Packets, and what a person finds where they are kept. */
export interface PacketsUnderTest {
  readonly packets: Packets;
  /** What is at the place that `write` answered. */
  readonly open: (place: string) => Promise<string>;
  /** The page beside it. */
  readonly page: (name: string) => Promise<string>;
}

/** What every home of packets keeps to. */
export function describePackets(name: string, create: () => Promise<PacketsUnderTest>): void {
  describe(`packets ${name}`, () => {
    test('[5.5] a packet’s JSON is where it is said to be, to the byte, with its page beside it', async () => {
      const { packets, open, page } = await create();
      const packet = `${uniqueName('inc')}-1`;
      const json = `${JSON.stringify({ reason: 'pässwörd', refs: 'r'.repeat(100_000) })}\n`;
      const html = '<!doctype html><title>Vorfall – „eins“</title>';
      const place = await packets.write(packet, json, html);
      expect(packets.placeOf(packet)).toBe(place);
      expect(await open(place)).toBe(json);
      expect(await page(packet)).toBe(html);
    });

    test('[5.5] written again it is the same packet in the same place', async () => {
      const { packets, open } = await create();
      const packet = `${uniqueName('inc')}-1`;
      const place = await packets.write(packet, '{}\n', '<p>');
      expect(await packets.write(packet, '{}\n', '<p>')).toBe(place);
      expect(await open(place)).toBe('{}\n');
    });

    test('[5.5] a further packet of an incident leaves the first as it was', async () => {
      const { packets, open, page } = await create();
      const incident = uniqueName('inc');
      const first = await packets.write(`${incident}-1`, '{"n":1}', '<p>1');
      const second = await packets.write(`${incident}-2`, '{"n":2}', '<p>2');
      expect([await open(first), await open(second)]).toEqual(['{"n":1}', '{"n":2}']);
      expect([await page(`${incident}-1`), await page(`${incident}-2`)]).toEqual(['<p>1', '<p>2']);
    });
  });
}
