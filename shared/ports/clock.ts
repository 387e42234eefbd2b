/** Time and randomness are dependencies. */
export interface Clock {
  /** Whole milliseconds since 1970; never goes back within a process. */
  nowMs(): number;
  /** Resolves after `ms`, or earlier when `signal` aborts; at once where it has. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** `length` bytes from a CSPRNG (seeded in tests). */
  bytes(length: number): Uint8Array;
  /** A version 4 UUID. */
  uuid(): string;
}
