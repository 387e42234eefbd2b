export interface LogEvent {
  readonly atMs: number;
  readonly message: string;
}

/** Where a log stands once nothing secret is in it any more. */
export interface CleanLogs {
  /** Any number, in their own order; told again they stand there twice. Nothing for an empty list. */
  put(from: { readonly group: string; readonly stream: string }, events: readonly LogEvent[]): Promise<void>;
}
