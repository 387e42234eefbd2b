import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState } from '../local/state.ts';
import { fingerprintsOf } from '../shared/domain/leaks/fingerprint.ts';
import type { SecretRef } from '../shared/domain/secret-ref.ts';
import type { Fate } from '../shared/domain/version.ts';
import { ensureFingerprintKey } from '../shared/driver/leaks/fingerprint-key.ts';

const REKEY = new URL('../cli/rekey.ts', import.meta.url).pathname;

/** Of each thousand findings: of dead versions, of live ones; the others are nobody's. */
const DEAD = 90;
const LIVE = 10;

interface LeakWorld {
  /** Milliseconds of the whole process: a report of gitleaks, from its first byte to the last entry. */
  imported(): number;
  stop(): void;
}

const aValue = (): string => randomBytes(24).toString('base64url');

/** A state with that many fingerprints under four keys, and a report with that many findings. */
export async function createLeakWorld(fingerprints: number, findings: number): Promise<LeakWorld> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-leaks-'));
  const state = openState(home);
  const { registry, keys } = state.services;
  const atMs = Date.now();
  const values: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    const className = `class-${index}`;
    const key = await keys.ensure(className, 1, 'open');
    const named = { keyId: key.id, epoch: 1 };
    const fingerprintKey = await ensureFingerprintKey(state.services, named);
    const refs = Array.from(
      { length: fingerprints / 4 },
      (_, secret): SecretRef => `vault://bench/${className}/s${secret}`,
    );
    const own = refs.map((ref) => ({ ref, versionId: `${ref}#1`, value: aValue() }));
    const all = own.flatMap((version) => fingerprintsOf(fingerprintKey, version));
    await state.services.fingerprints.save(named, all);
    const leaked = own.slice(0, (findings / 4_000) * (DEAD + LIVE));
    await enrol(registry, className, key.id, leaked, atMs);
    values.push(...leaked.map(({ value }) => value));
  }
  state.close();
  const report = Array.from({ length: findings }, (_, index) => {
    const secret = values[index] ?? aValue();
    return {
      RuleID: 'generic-api-key',
      File: `src/service-${index % 97}/settings.py`,
      StartLine: 1 + index,
      Secret: secret,
      Match: `DB_PASSWORD = "${secret}"`,
      Commit: '',
      Date: '',
    };
  });
  const file = join(home, 'report.json');
  writeFileSync(file, JSON.stringify(report), { mode: 0o600 });
  return {
    imported() {
      const began = performance.now();
      const { status, stderr } = spawnSync(process.execPath, [REKEY, 'leaks', 'import', file, '--json'], {
        env: { ...process.env, REKEY_HOME: home },
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      if (status !== 5) throw new Error(`leaks import ended with ${status}: ${stderr}`);
      return performance.now() - began;
    },
    stop: () => rmSync(home, { recursive: true, force: true }),
  };
}

type Registry = ReturnType<typeof openState>['services']['registry'];

async function enrol(
  registry: Registry,
  className: string,
  keyId: string,
  leaked: readonly { readonly ref: SecretRef; readonly versionId: string }[],
  atMs: number,
): Promise<void> {
  const policy = { maxAgeMs: 2_592_000_000, breakGlass: { deadlineMs: 900_000 } };
  const secrets = leaked.map(({ ref }) => ({
    v: 1 as const,
    ref,
    className,
    tenant: 'acme',
    target: '',
    kind: 'static',
    account: {},
    owner: 'bench',
    consumers: [],
    epoch: 1,
    ordinal: 0,
    fencing: 0,
  }));
  await registry.applyEnrolment([
    {
      put: {
        classes: [{ v: 1, name: className, policy, owner: 'bench', epoch: 1, fences: [], incidents: [] }],
        secrets,
      },
      remove: {},
      entries: [],
    },
  ]);
  const claims = await registry.claim(
    leaked.map(({ ref }) => ref),
    { operation: 'bench', epoch: 2, holder: 'bench', nowMs: atMs, leaseMs: 15_000 },
  );
  await registry.record(
    claims.flatMap((claim, index) => {
      const version = leaked[index];
      if (claim.outcome !== 'claimed' || version === undefined) return [];
      const fate: Fate = index % (DEAD + LIVE) < LIVE ? 'live' : 'revoked-proven';
      return [
        {
          token: claim.secret.fencing,
          secret: { ...claim.secret, ordinal: 1 },
          versions: [
            {
              v: 1 as const,
              ref: version.ref,
              id: version.versionId,
              ordinal: 1,
              epoch: 1,
              keyId,
              fate,
              operation: 'bench',
              valueHeld: true,
              createdAtMs: atMs,
            },
          ],
          deliveries: [],
          entries: [],
        },
      ];
    }),
  );
}
