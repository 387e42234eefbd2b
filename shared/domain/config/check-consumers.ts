import { MEANS_OF, type Means, type World } from '../consumer.ts';
import type { Add } from './add-mistake.ts';
import type { LooseConfig, LooseConsumer } from './loose.ts';

const ALL_MEANS: readonly string[] = [...new Set<Means>(Object.values(MEANS_OF).flat())];
const WORLD_NAMES: Readonly<Record<World, string>> = { 'one-machine': 'one machine', aws: 'AWS' };

/** What the schema cannot say of consumers: one means each, which the world has, and files that stay one secret's. */
export function checkConsumers(config: LooseConfig, world: World | undefined, add: Add): void {
  const paths = new Map<string, string>();
  for (const [name, consumer] of Object.entries(config.consumers)) {
    const at = ['consumers', name];
    checkMeans(name, consumer, world, (key, code, message) => add([...at, ...key], code, message, true));
    checkConfirmation(consumer, (message) => add([...at, 'confirm'], 'bad-value', message));
    checkMode(consumer, (message) => add([...at, 'file', 'mode'], 'world-readable', message));
    const { path } = consumer;
    if (path === undefined) continue;
    const other = paths.get(path);
    if (other === undefined) paths.set(path, name);
    else add([...at, 'file', 'path'], 'file-twice', `${other} has this file already`);
  }
  checkFilesSecrets(config, add);
}

function checkMeans(
  name: string,
  consumer: LooseConsumer,
  world: World | undefined,
  add: (key: readonly string[], code: string, message: string) => void,
): void {
  const [first, ...more] = consumer.means.filter((key) => ALL_MEANS.includes(key));
  if (first === undefined) {
    add([], 'missing', `${name} is told by nothing: it takes one of ${ALL_MEANS.join(', ')}`);
    return;
  }
  for (const means of more)
    add([means], 'means-twice', `${name} is told by ${first} already: one means a consumer`);
  if (world === undefined) return;
  const known: readonly string[] = MEANS_OF[world];
  for (const means of [first, ...more].filter((one) => !known.includes(one)))
    add(
      [means],
      'not-in-this-world',
      `${means} does not work on ${WORLD_NAMES[world]}, which has ${known.join(', ')}`,
    );
}

function checkConfirmation({ means, confirm }: LooseConsumer, mistake: (message: string) => void): void {
  if (confirm === undefined || confirm === false || confirm === 'observed') return;
  if (means.includes('file'))
    mistake(
      'confirm cannot be of a file, which answers nothing: an exec consumer beside it can, and so can what the target shows (confirm: observed)',
    );
  else if (means.includes('sns') && confirm === true)
    mistake('confirm has to be callback, or observed: a topic does not answer');
}

/** Nobody lets everyone read a value by a slip of one digit. */
function checkMode({ mode, worldReadable }: LooseConsumer, mistake: (message: string) => void): void {
  const others = Number.parseInt(mode ?? '0', 8) & 0o007;
  if (others === 0 || (others === 0o004 && worldReadable === true)) return;
  mistake(
    others === 0o004
      ? 'mode lets everyone read the value: say worldReadable: true beside it, or take the last digit away'
      : 'mode lets everyone do more than read the value',
  );
}

function checkFilesSecrets({ secrets, consumers }: LooseConfig, add: Add): void {
  const secretOf = new Map<string, string | undefined>();
  for (const [index, secret] of secrets.entries()) {
    for (const [place, name] of secret.consumers.entries()) {
      if (name === undefined || consumers[name]?.means.includes('file') !== true) continue;
      if (secretOf.has(name))
        add(
          ['secrets', index, 'consumers', place],
          'file-twice',
          `${name} is the file of ${secretOf.get(name) ?? 'another secret'} already`,
        );
      else secretOf.set(name, secret.ref);
    }
  }
}
