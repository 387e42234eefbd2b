/** Why the glass is broken, as the responder names it. It decides the containment. */
export const CAUSES = ['values-leaked', 'reader-compromised', 'unknown'] as const;
export type Cause = (typeof CAUSES)[number];

export interface Containment {
  /** Refuse reads of the scope until it is re-opened. */
  readonly fence: boolean;
  /** Switch every credential off at its target before, and apart from, the re-issue. */
  readonly cut: boolean;
  /** People whose signatures re-open the class; 0 where nothing was closed. */
  readonly reopenBy: number;
}

/** The containment of each cause; `--cut now` adds the cut to `values-leaked`. Source: architecture, "The cause decides". */
export function containmentOf(cause: Cause, cutNow: boolean): Containment {
  switch (cause) {
    case 'values-leaked':
      return { fence: false, cut: cutNow, reopenBy: 0 };
    case 'reader-compromised':
    case 'unknown':
      return { fence: true, cut: true, reopenBy: 2 };
  }
}
