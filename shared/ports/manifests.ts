/** One item of the fan-out: a batch of one target. References only. */
export interface Batch {
  readonly targetId: string;
  readonly secretRefs: readonly string[];
}

export interface Manifests {
  /** Idempotent by key: the same content again is a no-op. */
  write(key: string, batches: readonly Batch[]): Promise<{ readonly bucket: string; readonly key: string }>;
  read(bucket: string, key: string): Promise<Batch[]>;
}
