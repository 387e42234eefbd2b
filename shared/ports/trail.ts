import type { TrailFile } from '../domain/reads/cloudtrail/trail-file.ts';

/** What AWS's trail has delivered. */
export interface Trail {
  readonly name: string;
  /** Those delivered since a moment, the oldest first. */
  files(sinceMs: number): Promise<TrailFile[]>;
}
