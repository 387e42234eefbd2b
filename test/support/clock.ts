import type { Clock, Random } from '../../shared/ports/clock.ts';

/** Time that moves when a test says so, or when something sleeps. */
export class FrozenClock implements Clock {
  ms: number;
  constructor(ms = Date.UTC(2026, 10, 24, 3, 0, 0)) {
    this.ms = ms;
  }
  nowMs(): number {
    return this.ms;
  }
  async sleep(ms: number): Promise<void> {
    this.ms += Math.max(0, ms);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** mulberry32: the same seed, the same run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => next() & 0xff);
  return {
    bytes,
    uuid() {
      const hex = Buffer.from(bytes(16)).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}
