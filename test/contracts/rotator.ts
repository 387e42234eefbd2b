import { describe, expect, test } from 'vitest';
import type { Check } from '../../shared/rotators/contract/check.ts';
import { installingChecks, type RotatorWorld } from '../../shared/rotators/contract/installing.ts';
import { type Means, type MintingWorld, mintingChecks } from '../../shared/rotators/contract/minting.ts';
import { type RenamingWorld, renamingChecks } from '../../shared/rotators/contract/renaming.ts';

/** Runs a kind's fixed verbs: each adapter of the rotator passes the same. */
export function describeRotator(
  kind: string,
  worldOf: () => RotatorWorld,
  strategy: 'replace' | 'beside' = 'replace',
): void {
  describe(`rotator ${kind}`, () => {
    testEach(installingChecks(strategy), worldOf);
  });
}

/** And those of kinds whose targets rename accounts. */
export function describeRenames(kind: string, worldOf: () => RenamingWorld): void {
  describe(`rotator ${kind}`, () => {
    testEach(renamingChecks, worldOf);
  });
}

/** Runs the fixed verbs of a kind that mints. */
export function describeMintingRotator(kind: string, means: Means, worldOf: () => MintingWorld): void {
  describe(`minting rotator ${kind}`, () => {
    testEach(mintingChecks(means), worldOf);
  });
}

function testEach<World>(checks: readonly Check<World>[], worldOf: () => World): void {
  for (const check of checks) {
    const clause = check.clause === undefined ? '' : `[${check.clause}] `;
    // A check throws where it fails, in words of its own.
    test(`${clause}${check.name}`, async () => {
      await expect(check.run(worldOf())).resolves.toBeUndefined();
    });
  }
}
