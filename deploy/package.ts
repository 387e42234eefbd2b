import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '../cli/commands/apply.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { bundle } from './bundle.ts';
import { slackFor, slackOutputs } from './slack.ts';
import { topicsFor } from './topics.ts';
import { type Workers, workersFor } from './workers.ts';
import { zip } from './zip.ts';

/** Bundles made at once: all of them together take gigabytes. */
const AT_ONCE = 4;

const ROOT = resolve(import.meta.dirname, '..');

/** `functions/advance-batch` is `AdvanceBatch` to the machines and in the template. */
export function functionName(folder: string): string {
  return folder.replaceAll(/(?:^|-)([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** Folders of functions/ that are deployed, in the order of their names. */
export function deployedFolders(root: string = ROOT): string[] {
  return readdirSync(join(root, 'functions'))
    .filter((folder) => existsSync(join(root, 'functions', folder, 'lambda.ts')))
    .sort();
}

/** One zip a function under `out/functions`, its source maps and what went into it apart: the same bytes each time. */
export async function packageFunctions(out: string): Promise<void> {
  for (const folder of ['functions', 'maps', 'inputs']) mkdirSync(join(out, folder), { recursive: true });
  await inParallel(deployedFolders(), AT_ONCE, async (folder) => {
    const name = functionName(folder);
    const { files, maps, inputs } = await bundle(ROOT, `functions/${folder}/lambda.ts`);
    writeFileSync(join(out, 'functions', `${name}.zip`), zip(files));
    mkdirSync(join(out, 'maps', name));
    for (const [file, map] of Object.entries(maps)) writeFileSync(join(out, 'maps', name, file), map);
    writeFileSync(join(out, 'inputs', `${name}.json`), JSON.stringify(inputs));
  });
}

/** What serverless.yml reads beside what is written in it by hand. */
function derivedFrom(
  config: Parameters<typeof workersFor>[0] & Parameters<typeof topicsFor>[0] & Parameters<typeof slackFor>[0],
  functionNames: readonly string[],
): object {
  const workers: Workers = workersFor(config);
  const slack = slackFor(config);
  const keys = [...functionNames, ...Object.keys(workers.functions)];
  return {
    ...workers,
    slack,
    resources: {
      Resources: { ...workers.resources.Resources, ...topicsFor(config) },
      Outputs: slackOutputs(slack),
      // The framework makes the log groups, without a key of ours.
      extensions: Object.fromEntries(
        keys.map((key) => [
          `${key}LogGroup`,
          { Properties: { KmsKeyId: { 'Fn::GetAtt': ['LogKey', 'Arn'] } } },
        ]),
      ),
    },
  };
}

/** What serverless.yml reads of this repository. */
const READ = ['serverless.yml', 'deploy', 'statemachines'];

/**
 * Runs the framework, in a folder of `out` that holds the service's files: wherever it runs it keeps what it is about
 * in `.serverless`, and two at a time would take it away from each other. Its words go to standard error. `params` as `NAME=VALUE`.
 */
export function osls(words: readonly string[], out: string, params: readonly string[] = []): void {
  const command = join(ROOT, 'node_modules', 'osls', 'bin', 'serverless.js');
  const service = join(out, 'service');
  mkdirSync(service, { recursive: true });
  for (const name of READ) cpSync(join(ROOT, name), join(service, name), { recursive: true });
  const { status } = spawnSync(
    process.execPath,
    [command, ...words, ...[`build=${out}`, ...params].flatMap((param) => ['--param', param])],
    {
      cwd: service,
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0) throw new Error(`osls ${words[0]} ended with ${status}`);
}

/** Everything that a deployment takes, in `out`. */
export async function packageService(
  out: string,
  stage: string,
  configFile: string,
  params: readonly string[] = [],
): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  await packageFunctions(out);
  packageStage(out, stage, configFile, params);
}

/** What a stage takes beside the functions that are in `out` already. */
export function packageStage(
  out: string,
  stage: string,
  configFile: string,
  params: readonly string[] = [],
): void {
  const config = existsSync(configFile)
    ? readConfig(configFile)
    : { networks: {}, targets: {}, consumers: {} };
  writeFileSync(
    join(out, 'derived.json'),
    JSON.stringify(derivedFrom(config, deployedFolders().map(functionName)), null, 2),
  );
  osls(['package', '--stage', stage, '--package', join(out, 'serverless')], out, params);
}
