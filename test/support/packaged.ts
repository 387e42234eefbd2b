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
  /** Names of the files in the zip of a function. */
  files(name: string): string[];
  /** All code in it. */
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
    files: (name) => [...filesOf(join(out, 'functions', `${name}.zip`)).keys()],
    code: (name) => [...filesOf(join(out, 'functions', `${name}.zip`)).values()].join('\n'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Contents by name: the files of a zip stand one after the other, each with its length before it. */
function filesOf(file: string): Map<string, string> {
  const zip = readFileSync(file);
  const files = new Map<string, string>();
  for (let at = 0; zip.toString('latin1', at, at + 4) === 'PK\x03\x04'; ) {
    const nameAt = at + 30;
    const start = nameAt + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
    const end = start + zip.readUInt32LE(at + 18);
    const name = zip.toString('utf8', nameAt, nameAt + zip.readUInt16LE(at + 26));
    files.set(name, inflateRawSync(zip.subarray(start, end)).toString('utf8'));
    at = end;
  }
  return files;
}
