import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from './canonical.ts';
import type { Delivery } from './delivery.ts';

/** Each message has another token; as many stand at once: told again every five minutes, the first one stands for an hour. */
const TOKENS_KEPT = 12;

/** Bytes of a token: nobody guesses it. */
export const TOKEN_BYTES = 32;

/** What a consumer names when it confirms. Nobody but us reads it. */
export function confirmationIdOf({ incident, id }: Pick<Delivery, 'incident' | 'id'>): string {
  return `${incident}#${id}`;
}

/** Null where it is none. */
export function readConfirmationId(text: string): Pick<Delivery, 'incident' | 'id'> | null {
  const at = text.indexOf('#');
  return at <= 0 || at === text.length - 1 ? null : { incident: text.slice(0, at), id: text.slice(at + 1) };
}

/** The delivery with one more token that confirms it. Its hash alone is kept. */
export function withToken(delivery: Delivery, token: string): Delivery {
  return {
    ...delivery,
    tokenHashes: [...(delivery.tokenHashes ?? []), sha256Hex(token)].slice(-TOKENS_KEPT),
  };
}

/** In a time that says nothing of how much of it was right, nor of which it was. */
export function isTokenOf({ tokenHashes = [] }: Pick<Delivery, 'tokenHashes'>, token: string): boolean {
  const given = Buffer.from(sha256Hex(token));
  return tokenHashes.reduce((found, hash) => timingSafeEqual(Buffer.from(hash), given) || found, false);
}
