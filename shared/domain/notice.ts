/** What people can be told of. */
export const NOTICE_KINDS = [
  'incident-opened',
  'incident-contained',
  'incident-not-contained',
  'people-needed',
  'incident-sealed',
  'incident-restored',
  'fenced-directly',
  'rotation-parked',
  'rotation-stopped',
  'request-opened',
  'request-decided',
  'over-age',
  'unconfirmed',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What people are woken for, or told. References and counts only. */
export interface Notice {
  /** Derived from what it tells of: whoever gets it twice may discard the second. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** The incident, rotation or request that it is about; missing where somebody acted without one. */
  readonly incident?: string;
  readonly className: string;
  readonly atMs: number;
  /** One sentence; then what to do, where something is to be done. */
  readonly words: string;
  readonly next: readonly string[];
}
