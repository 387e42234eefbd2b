import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
const KEY_BYTES = 32;
/** PostgreSQL's own: SCRAM_DEFAULT_SALT_LEN. */
const SALT_BYTES = 16;

/** What a password comes to under one salt; enough to log in without deriving again (RFC 5802, section 3). */
export interface ScramKeys {
  /** Base64, as the server sends it. */
  readonly salt: string;
  readonly iterations: number;
  readonly clientKey: Buffer;
  readonly serverKey: Buffer;
}

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** The expensive part: `iterations` of HMAC-SHA-256, on the thread pool. Passwords are ASCII, on which SASLprep does nothing. */
export async function deriveKeys(password: string, salt: string, iterations: number): Promise<ScramKeys> {
  const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, KEY_BYTES, 'sha256');
  return { salt, iterations, clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') };
}

/** Keys of a new password under a fresh salt. */
export function deriveFresh(password: string, iterations: number): Promise<ScramKeys> {
  return deriveKeys(password, randomBytes(SALT_BYTES).toString('base64'), iterations);
}

/** What the server stores (`pg_authid.rolpassword`): from it nobody can log in. */
export function verifierOf(keys: ScramKeys): string {
  return `${verifierName(keys)}$${sha256(keys.clientKey).toString('base64')}:${keys.serverKey.toString('base64')}`;
}

/** What tells a verifier from every other, as the server says it to whoever asks to log in: no secret. */
function verifierName({ salt, iterations }: Pick<ScramKeys, 'salt' | 'iterations'>): string {
  return `SCRAM-SHA-256$${iterations}:${salt}`;
}

/** One side of the exchange of messages: the client's. */
export interface ScramExchange {
  readonly first: string;
  /** The verifier that the server tries the answer against, once it has said so. */
  readonly against: () => string | undefined;
  /** The server's challenge, answered. Throws where it is not an answer to ours. */
  answer(challenge: string): Promise<string>;
  /** Whether the server knows the password's verifier too. */
  isServer(final: string): boolean;
}

/** `keys` are used where they fit the server's salt and iterations; else the password is derived. */
export function startExchange(password: string, keys?: ScramKeys): ScramExchange {
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=*,r=${nonce}`;
  let expected = Buffer.alloc(0);
  let against: string | undefined;
  return {
    first: `n,,${bare}`,
    against: () => against,
    async answer(challenge) {
      const parts = new Map(challenge.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
      const [combined, salt, iterations] = [
        parts.get('r') ?? '',
        parts.get('s') ?? '',
        Number(parts.get('i')),
      ];
      if (!combined.startsWith(nonce) || combined === nonce || salt === '' || !(iterations > 0)) {
        throw new Error('the server answered another exchange');
      }
      against = verifierName({ salt, iterations });
      const fitting = keys?.salt === salt && keys.iterations === iterations;
      const used = fitting ? keys : await deriveKeys(password, salt, iterations);
      const unproven = `c=biws,r=${combined}`;
      const signed = `${bare},${challenge},${unproven}`;
      const signature = hmac(sha256(used.clientKey), signed);
      const proof = used.clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
      expected = hmac(used.serverKey, signed);
      return `${unproven},p=${Buffer.from(proof).toString('base64')}`;
    },
    isServer(final) {
      const signature = Buffer.from(/^v=([^,]+)/.exec(final)?.[1] ?? '', 'base64');
      return (
        signature.length === expected.length && expected.length > 0 && timingSafeEqual(signature, expected)
      );
    },
  };
}
