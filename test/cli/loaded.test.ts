import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, whatIsLogged } from '../support/deployment.ts';

/** Writes the URL of each module that is loaded to the file `loaded` of the working directory. */
const LISTING = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({
  load(url, context, next) {
    appendFileSync('loaded', url + '\\n');
    return next(url, context);
  },
});`)}`;

/** Runs a command and answers the packages, and the files of ours, that it loaded. */
async function loadedBy(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly ended: Ended; readonly packages: readonly string[]; readonly own: readonly string[] }> {
  const list = join(folder, 'loaded');
  rmSync(list, { force: true });
  const ended = await rekey(words, { folder, env: { ...env, NODE_OPTIONS: `--import ${LISTING}` } });
  const root = new URL('../../', import.meta.url).href;
  const files = readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith(root))
    .map((url) => url.slice(root.length));
  const packages = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return {
    ended,
    packages: [...new Set(packages)].sort(),
    own: files.filter((file) => !file.startsWith('node_modules/')),
  };
}

const OF_AWS = /^@(?:aws|smithy|middy)/;

test('help loads the command line as data, and no command, no SDK, no state', async () => {
  for (const words of [['--help'], ['break-glass', '--help']]) {
    const { ended, packages, own } = await loadedBy(words, aFolder());
    expect([ended.code, packages]).toEqual([0, ['commander']]);
    expect(own.toSorted()).toEqual([
      'cli/exit-codes.ts',
      'cli/main.ts',
      'cli/program.ts',
      'cli/rekey.ts',
      'shared/domain/cause.ts',
      'shared/domain/leaks/report-formats.ts',
    ]);
  }
});

test('a command on this machine’s own state loads nothing of AWS', async () => {
  const folder = aFolder();
  writeFileSync(
    join(folder, 'rekey.yaml'),
    'version: 1\npeople: {}\ntargets: {}\nclasses: {}\nconsumers: {}\nsecrets: []\n',
  );
  for (const words of [['apply', '--yes'], ['status'], ['audit', 'tail']]) {
    const { ended, packages, own } = await loadedBy(words, folder);
    expect([words, ended.code, packages.filter((name) => OF_AWS.test(name))]).toEqual([words, 0, []]);
    expect(own).toContain('cli/local-face.ts');
    expect(own).not.toContain('cli/deployment/face.ts');
  }
});

test('a command on a deployment loads what signs, and no client of a service where a context names the URLs', async () => {
  whatIsLogged();
  const { folder, env, gateway } = await aDeployment();
  const { accessKeyId, secretAccessKey } = gateway.keys.responder;
  const { ended, packages, own } = await loadedBy(['status'], folder, {
    ...env,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  expect(ended.code).toBe(0);
  expect(packages).toContain('@smithy/signature-v4');
  expect(packages.filter((name) => /client-|^@middy|powertools/.test(name))).toEqual([]);
  expect(
    own.filter((file) => /^cli\/local-face|^local\/(?:state|engine|sqlite|interpreter)/.test(file)),
  ).toEqual([]);
});
