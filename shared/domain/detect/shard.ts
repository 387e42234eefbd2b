import { shortHash } from './sliding.ts';

/** Which of so many shards judges by a key. Every shard is given every entry, and judges by its own keys alone. */
export function shardOf(key: string, shards: number): number {
  return shortHash(key) % shards;
}
