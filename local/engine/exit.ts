/** What the end of an engine's process says to whoever started it. */
export const ENGINE_EXIT = {
  idle: 0,
  failed: 1,
  noState: 2,
  /** The state cannot be written. As the operating system's own number for a full disk. */
  diskFull: 28,
} as const;
