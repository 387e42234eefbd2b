import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { packageService } from '../../deploy/package.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What a deployment would send: the template, and each function's zip. */
export interface Packaged {
  readonly folder: string;
  readonly templateFile: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The bundle inside the zip of a function. */
  code(name: string): string;
  remove(): void;
}

/** Packages the service as `npm run package` does, into a folder of its own. */
export async function packaged(stage: string, config?: string): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-package-'));
  const configFile = join(folder, 'rekey.yaml');
  if (config !== undefined) writeFileSync(configFile, config);
  const out = join(folder, 'build');
  await packageService(out, stage, configFile);
  const templateFile = join(out, 'serverless', 'cloudformation-template-update-stack.json');
  const { Resources, Outputs } = JSON.parse(readFileSync(templateFile, 'utf8')) as {
    Resources: Record<string, Resource>;
    Outputs: Record<string, unknown>;
  };
  return {
    folder,
    templateFile,
    resources: Resources,
    outputs: Outputs,
    code: (name) => onlyFileOf(readFileSync(join(out, 'functions', `${name}.zip`))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function onlyFileOf(zip: Buffer): string {
  const start = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);
  return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(18))).toString('utf8');
}
