/** One item of the fan-out: a batch of one target. References only. */
export interface Batch {
  readonly targetId: string;
  readonly secretRefs: readonly string[];
}

/** What a fan-out reads its items from. Any number of batches, none too. */
export interface Manifests {
  /** Idempotent by key: the same content again is a no-op, other content takes its place. Answers where it is. */
  write(key: string, batches: readonly Batch[]): Promise<{ readonly bucket: string; readonly key: string }>;
  /** In their order. `NotFound` `manifest-missing`. */
  read(bucket: string, key: string): Promise<Batch[]>;
}
