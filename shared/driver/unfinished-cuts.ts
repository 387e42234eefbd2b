import type { CutRecord } from '../domain/cut.ts';
import { writerName } from '../domain/secret.ts';
import type { Needs } from './services.ts';

/** Cuts of these incidents at a target that were not seen whole. */
export async function unfinishedCuts(
  { registry }: Needs<'registry'>,
  target: string,
  incidents: readonly string[],
): Promise<CutRecord[]> {
  const cuts = await Promise.all([...new Set(incidents)].map((incident) => registry.cuts(incident)));
  return cuts.flat().filter((cut) => cut.target === target && cut.state === 'started');
}

/** What its worker calls itself at the target: it may have a session open there still, and its last statement could land after ours. */
export function cutWriter(cut: CutRecord): string {
  return writerName({ operation: cut.incident, holder: cut.holder });
}
