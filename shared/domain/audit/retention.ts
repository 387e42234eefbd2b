import type { AuditEntry } from './entry.ts';

/** Rules that the audit of a class may be under. */
export const REGIMES = ['gdpr', 'hipaa', 'pci-dss', 'soc-2'] as const;
export type Regime = (typeof REGIMES)[number];

const DAY_MS = 86_400_000;

/**
 * What a regime itself demands at least. HIPAA: six years, 45 CFR 164.316(b)(2)(i). PCI DSS 4.0.1: twelve months, requirement
 * 10.5.1. GDPR and SOC 2 fix no time: whoever is under them does.
 */
export const LEAST_MS: Readonly<Record<Regime, number | null>> = {
  gdpr: null,
  hipaa: 2_192 * DAY_MS,
  'pci-dss': 366 * DAY_MS,
  'soc-2': null,
};

/** How long a class's audit is kept: of its regimes the longest. */
export interface RetentionPolicy {
  readonly regimes: readonly Regime[];
  readonly keepMs: number;
  /** Nothing that is written while this stands goes before then: a dispute, an inquiry. */
  readonly holdUntilMs?: number;
}

/** Until when entries are kept that stand together: the longest of any of them. Null: as long as everything is. */
export function keptUntilMs(
  entries: readonly Pick<AuditEntry, 'className'>[],
  policyOf: (className: string) => RetentionPolicy | undefined,
  nowMs: number,
): number | null {
  const classes = new Set(entries.flatMap(({ className }) => className ?? []));
  const moments = [...classes].flatMap((className) => {
    const policy = policyOf(className);
    return policy === undefined ? [] : [nowMs + policy.keepMs, policy.holdUntilMs ?? 0];
  });
  return moments.length === 0 ? null : Math.max(...moments);
}
