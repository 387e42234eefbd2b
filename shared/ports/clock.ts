/** Time and randomness are dependencies. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `ms`, or earlier when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** `length` bytes from a CSPRNG (seeded in tests). */
  bytes(length: number): Uint8Array;
  uuid(): string;
}
