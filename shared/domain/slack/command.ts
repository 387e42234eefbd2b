import { CAUSES, type Cause } from '../cause.ts';
import { RekeyError } from '../errors.ts';
import { suggestNearest } from '../nearest.ts';
import { isSecretRef } from '../secret-ref.ts';
import { LONGEST_TEXT } from './message.ts';

/** What a person names, in the words of the command line. */
export interface Named {
  readonly class?: string;
  readonly tenant?: string;
  readonly target?: string;
  readonly secrets: readonly string[];
}

/** What somebody asks for by `/rekey`. */
export type SlackCommand =
  | { readonly verb: 'help' | 'status' }
  | { readonly verb: 'incident'; readonly id?: string }
  | { readonly verb: 'rotate'; readonly named: Named; readonly reason: string }
  | {
      readonly verb: 'break-glass';
      readonly named: Named;
      readonly cause: Cause;
      readonly cutNow: boolean;
      readonly since?: string;
      readonly principal?: string;
    };

const NAMES = ['class', 'tenant', 'target'] as const;

/** Options of each verb, and how many words stand without one; default none. */
const VERBS: Readonly<
  Record<SlackCommand['verb'], { readonly options: readonly string[]; readonly words: number }>
> = {
  help: { options: [], words: 0 },
  status: { options: [], words: 0 },
  incident: { options: [], words: 1 },
  rotate: { options: [...NAMES, 'reason'], words: 100 },
  'break-glass': { options: [...NAMES, 'secret', 'cause', 'since', 'principal', 'cut'], words: 0 },
};

function isVerb(word: string): word is SlackCommand['verb'] {
  return Object.hasOwn(VERBS, word);
}

/** What stands after `/rekey`. `Validation` `slack-command` with every mistake, and the nearest words, where it is none. Pure. */
export function readCommand(text: string): SlackCommand {
  if (text.length > LONGEST_TEXT)
    throw mistaken([`it is longer than ${LONGEST_TEXT} characters`], ['/rekey help']);
  const [verb = 'help', ...words] = wordsOf(text);
  if (!isVerb(verb)) {
    const nearest = suggestNearest(verb, Object.keys(VERBS));
    const meant = nearest === null ? '' : ` (did you mean ${nearest}?)`;
    throw mistaken([`there is no command ${verb}${meant}`], ['/rekey help']);
  }
  const mistakes: string[] = [];
  const { options, plain } = sorted(verb, words, mistakes);
  const command = COMMANDS[verb]({ options, plain, mistakes });
  if (mistakes.length > 0) throw mistaken(mistakes, ['/rekey help']);
  return command;
}

interface Given {
  readonly options: ReadonlyMap<string, string>;
  readonly plain: readonly string[];
  /** Gathered. */
  readonly mistakes: string[];
}

const COMMANDS: Readonly<Record<SlackCommand['verb'], (given: Given) => SlackCommand>> = {
  help: () => ({ verb: 'help' }),
  status: () => ({ verb: 'status' }),
  incident: ({ plain: [id] }) => ({ verb: 'incident', ...(id === undefined ? {} : { id }) }),
  rotate(given) {
    const reason = given.options.get('reason') ?? '';
    if (reason === '') given.mistakes.push('--reason is missing: whoever approves reads it');
    for (const word of given.plain) if (!isSecretRef(word)) given.mistakes.push(`${word} is no reference`);
    return { verb: 'rotate', named: namedIn(given, given.plain), reason };
  },
  'break-glass'(given) {
    const { options, mistakes } = given;
    const cause = CAUSES.find((one) => one === options.get('cause'));
    if (cause === undefined)
      mistakes.push(`--cause says what happened: ${CAUSES.join(', ')}; it decides the containment`);
    const cut = options.get('cut');
    if (cut !== undefined && cut !== 'now') mistakes.push('--cut takes one word: now');
    const [since, principal, secret] = ['since', 'principal', 'secret'].map((name) => options.get(name));
    return {
      verb: 'break-glass',
      named: namedIn(given, secret === undefined ? [] : [secret]),
      cause: cause ?? 'unknown',
      cutNow: cut === 'now',
      ...(since === undefined ? {} : { since }),
      ...(principal === undefined ? {} : { principal }),
    };
  },
};

function namedIn({ options, mistakes }: Given, secrets: readonly string[]): Named {
  const names = NAMES.flatMap((name) => {
    const value = options.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (names.length === 0 && secrets.length === 0)
    mistakes.push('nothing is named: --class, --tenant, --target or a reference');
  return { ...Object.fromEntries(names), secrets };
}

/** Options with their values, and what stands without one. `--reason` takes what follows, up to the next option. */
function sorted(verb: SlackCommand['verb'], words: readonly string[], mistakes: string[]) {
  const known = VERBS[verb];
  const options = new Map<string, string>();
  const plain: string[] = [];
  let open: string | undefined;
  for (const word of words) {
    if (word.startsWith('--')) {
      const name = word.slice(2);
      open = name;
      if (!known.options.includes(name)) {
        const nearest = suggestNearest(name, known.options);
        mistakes.push(`${verb} has no --${name}${nearest === null ? '' : ` (did you mean --${nearest}?)`}`);
      }
      if (options.has(name)) mistakes.push(`--${name} is there twice`);
      else options.set(name, '');
      continue;
    }
    const value = open === undefined ? undefined : options.get(open);
    if (open !== undefined && (value === '' || open === 'reason'))
      options.set(open, value === '' ? word : `${value} ${word}`);
    else plain.push(word);
    if (open !== 'reason') open = undefined;
  }
  for (const [name, value] of options)
    if (value === '' && name !== 'reason' && known.options.includes(name))
      mistakes.push(`--${name} says nothing`);
  if (plain.length > known.words)
    mistakes.push(`${verb} does not take ${plain.slice(known.words).join(' ')}`);
  return { options, plain };
}

const OPTIONS = [...new Set(Object.values(VERBS).flatMap(({ options }) => options))];
const DASHED = new RegExp(`(^|\\s)[—–](?=(?:${OPTIONS.join('|')})\\b)`, 'g');

/** As a shell would part them. Phones and desktops make a dash of two hyphens, and bend quotation marks. */
function wordsOf(text: string): string[] {
  const straight = text.replaceAll(/[“”„]/g, '"').replaceAll(DASHED, '$1--');
  return [...straight.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function mistaken(mistakes: readonly string[], next: readonly string[]): RekeyError {
  return new RekeyError({
    code: 'slack-command',
    family: 'Validation',
    message: mistakes.join('; '),
    safe: 'Nothing was done.',
    next,
  });
}
