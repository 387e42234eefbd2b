import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSshKey } from '../../../../local/ssh/make-key.ts';

const NAMES = ['alice', 'bob', 'carol'];

/** People with a key of their own each. */
export interface Signers {
  /** As `rekey.yaml` lists them. */
  readonly people: Readonly<Record<string, { readonly user: string; readonly sshKeys: readonly string[] }>>;
  keyFile(person: string): string;
  remove(): void;
}

export function makeSigners(): Signers {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-signers-'));
  const keyFile = (person: string) => join(folder, person);
  return {
    people: Object.fromEntries(
      NAMES.map((name) => [name, { user: name, sshKeys: [makeSshKey(keyFile(name), name)] }]),
    ),
    keyFile,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
