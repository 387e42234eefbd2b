import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseDeployment } from '../../cli/deployment/choose.ts';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';

const CONTEXTS = `contexts:
  prod: { stage: prod, profile: acme-prod, region: eu-west-1 }
  drill:
    stage: drill
    service: keys
    urls: { control: "https://abc.lambda-url.eu-west-1.on.aws/" }
`;

/** A folder with a file of contexts, and a command line that is told of it. */
function withContexts(text: string) {
  const folder = aFolder();
  const file = join(folder, 'contexts.yaml');
  writeFileSync(file, text);
  const env = { REKEY_CONTEXTS: file, AWS_EC2_METADATA_DISABLED: 'true' };
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    rekey([...words, '--json'], { folder, env: { ...env, ...more } });
  return { env, file, run };
}

const codeOf = ({ stdout }: Ended) => (JSON.parse(stdout) as { error: { code: string } }).error.code;

describe('which deployment is meant', () => {
  test('the option stands before the context, the context before the shell; with none of them it is this machine', async () => {
    const { env } = withContexts(CONTEXTS);
    const choose = (words: Parameters<typeof chooseDeployment>[0], more: Record<string, string> = {}) =>
      chooseDeployment(words, { ...env, ...more });
    expect(await choose({})).toBeNull();
    expect(await choose({}, { REKEY_CONTEXT: '' })).toBeNull();
    expect(await choose({ stage: 'dev' })).toEqual({ stage: 'dev', service: 'rekey', urls: {} });
    const prod = { stage: 'prod', service: 'rekey', urls: {}, profile: 'acme-prod', region: 'eu-west-1' };
    expect(await choose({ context: 'prod' })).toEqual(prod);
    expect(await choose({}, { REKEY_CONTEXT: 'prod' })).toEqual(prod);
    expect(await choose({ context: 'drill' }, { REKEY_CONTEXT: 'prod' })).toEqual({
      stage: 'drill',
      service: 'keys',
      urls: { control: 'https://abc.lambda-url.eu-west-1.on.aws/' },
    });
    expect(await choose({ stage: 'dev' }, { REKEY_CONTEXT: 'prod' })).toMatchObject({ stage: 'dev' });
    const shell = { AWS_PROFILE: 'of-the-shell' };
    expect(await choose({ context: 'prod', profile: 'mine', region: 'us-east-1' }, shell)).toEqual({
      ...prod,
      profile: 'mine',
      region: 'us-east-1',
    });
    expect(await choose({ context: 'prod' }, shell)).toMatchObject({ profile: 'acme-prod' });
    expect(await choose({ stage: 'dev' }, shell)).toMatchObject({ profile: 'of-the-shell' });
    expect(await choose({ stage: 'dev', profile: 'mine' }, shell)).toMatchObject({ profile: 'mine' });
    // A profile of the shell names no deployment.
    expect(await choose({}, shell)).toBeNull();
  });

  test.each([
    [['--stage', 'prod', '--context', 'prod'], '--stage and --context both name a deployment'],
    [['--profile', 'acme-prod'], '--profile and --region are of a deployment, and none is named'],
    [['--region', 'eu-west-1'], '--profile and --region are of a deployment, and none is named'],
  ])('%s is ambiguous, and not this machine’s own state', async (words, said) => {
    const { run } = withContexts(CONTEXTS);
    const ended = await run(['status', ...words]);
    expect([ended.code, codeOf(ended)]).toEqual([2, 'deployment-ambiguous']);
    expect(ended.stderr).toContain(
      `rekey: ${said}\n       Nothing was done.\n       Next: rekey … --stage STAGE`,
    );
  });
});

describe('the file of contexts', () => {
  test('a context that it does not have is named with the nearest that it has', async () => {
    const { file, run } = withContexts(CONTEXTS);
    const ended = await run(['status'], { REKEY_CONTEXT: 'prdo' });
    expect([ended.code, codeOf(ended)]).toEqual([2, 'context-unknown']);
    expect(ended.stderr).toContain(`there is no context prdo in ${file} (did you mean prod?)`);
    const none = await run(['status', '--context', 'prod'], { REKEY_CONTEXTS: `${file}.none` });
    expect([none.code, codeOf(none)]).toEqual([2, 'context-unknown']);
    expect(none.stderr).toContain(`there is no context prod: there is no ${file}.none`);
  });

  test('every mistake in it is named at once', async () => {
    const { file, run } = withContexts(`contexts:
  prod: { stage: "", profil: acme }
  eu: { region: eu-west-1 }
  dev: { stage: dev, urls: { control: "ftp://dev", reader: nonsense, contol: "https://dev" } }
`);
    const ended = await run(['status', '--context', 'prod']);
    expect([ended.code, codeOf(ended)]).toEqual([2, 'contexts-mistakes']);
    const places = ended.stderr
      .split('\n')
      .flatMap((line) =>
        line.includes(`${file}: `) ? [line.replace(/^.*contexts\.yaml: ([\w.]+): .*$/, '$1')] : [],
      );
    expect(places).toEqual([
      'contexts.prod.stage',
      'contexts.prod',
      'contexts.eu.stage',
      'contexts.dev.urls.control',
      'contexts.dev.urls.reader',
      'contexts.dev.urls',
    ]);
    expect(ended.stderr).toContain('"profil"');
    expect(ended.stderr).toContain('"contol"');
    expect(ended.stderr).toContain('Nothing was done.');
  });

  test('[1.5] a URL that leaves this machine is one of TLS', async () => {
    const { env } = withContexts(CONTEXTS.replace('https://abc', 'http://abc'));
    await expect(chooseDeployment({ context: 'prod' }, env)).rejects.toMatchObject({
      code: 'contexts-mistakes',
      message: expect.stringContaining('contexts.drill.urls.control: http: leads to this machine alone'),
    });
  });

  test('what is no YAML is named with its lines', async () => {
    const { file, run } = withContexts('contexts:\n  prod: { stage: prod\n  dev: { stage: dev }\n');
    const ended = await run(['status', '--context', 'prod']);
    expect([ended.code, codeOf(ended)]).toEqual([2, 'contexts-mistakes']);
    expect(ended.stderr).toMatch(new RegExp(`${file}: line \\d+: [A-Z_]+`));
  });

  test('a name that JavaScript has a meaning for is a name like others', async () => {
    const { env } = withContexts(CONTEXTS);
    await expect(chooseDeployment({ context: 'constructor' }, env)).rejects.toMatchObject({
      code: 'context-unknown',
    });
  });

  test('one that cannot be read is no file that is missing', async () => {
    const { run } = withContexts(CONTEXTS);
    const ended = await run(['status', '--context', 'prod'], { REKEY_CONTEXTS: aFolder() });
    expect([ended.code, codeOf(ended)]).toEqual([2, 'contexts-unreadable']);
    expect(ended.stderr).toContain('cannot be read (EISDIR)');
  });
});
