import * as z from 'zod';
import { placeholdersIn, textsIn } from './placeholders.ts';
import { POINTER } from './pointer.ts';

export const Pointer = z.string().regex(POINTER, { error: 'is no JSON Pointer: /a/b' });

const Status = z.number().refine((status) => Number.isInteger(status) && status >= 200 && status < 600, {
  error: 'is no status: 200 to 599',
});

/** An answer by its status alone, or by what its body says besides. */
export const Match = z.union(
  [Status, z.strictObject({ status: Status, at: Pointer, is: z.string().min(1) })],
  {
    error: 'is no status, nor { status: 400, at: /error/code, is: text }',
  },
);

export type Match = z.output<typeof Match>;

export const Headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]+$/, { error: 'is no name of a header' }),
  z.string().min(1),
);

const Matches = z.array(Match).default([]);

const Call = z.strictObject({
  call: z
    .string()
    .regex(/^(GET|POST|PUT|PATCH|DELETE) \/\S*$/, { error: 'is no call: POST /path, with {placeholders}' })
    .describe('Method and path, below url.'),
  headers: Headers.default({}),
  basic: z
    .strictObject({ user: z.string(), password: z.string() })
    .optional()
    .describe('HTTP Basic, for which user and password are encoded.'),
  json: z.json().optional().describe('The body.'),
  form: z.record(z.string(), z.string()).optional().describe('The body, as a form.'),
  accepted: Matches.describe('Default: 200 to 299.'),
  refused: Matches.describe(
    'The credential that comes with the call is refused. As admin: 401, if nothing is said.',
  ),
  gone: Matches.describe('What the call is about is not there.'),
  busy: Matches.describe('Nothing was done, later again: besides 429, 503 and whatever says Retry-After.'),
});

export type Call = z.output<typeof Call>;

export const OF_ADMIN: readonly string[] = ['admin', 'admin.user'];

/** What may be spoken of beside the account's own fields; `needs` one of them at least. */
interface Speaks {
  readonly of: readonly string[];
  readonly needs?: readonly string[];
}

/** A call with more to it. What it speaks of is checked with it, so that one mistake hides no other. */
export function callThat<Shape extends z.ZodRawShape>(speaks: Speaks, more: Shape) {
  return z
    .strictObject({ ...Call.shape, ...more })
    .superRefine((call, context) => checkCall(call as Call, speaks, context));
}

function checkCall(call: Call, { of, needs }: Speaks, context: z.core.$RefinementCtx): void {
  const mistake = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  for (const { text, path } of templatesOf(call)) {
    for (const name of placeholdersIn(text)) {
      if (path[0] === 'call' && isSecret(name))
        mistake(path, `has {${name}} in a URL, where it would be logged: a header or the body takes it`);
      else if (isReserved(name) && !of.includes(isOfValue(name) ? 'value' : name))
        mistake(path, `has nothing to stand for {${name}} in this call`);
    }
  }
  if (call.json !== undefined && call.form !== undefined) mistake(['form'], 'is a second body beside json');
  const bare = [...call.accepted, ...call.refused, ...call.gone, ...call.busy].filter(
    (match) => typeof match === 'number',
  );
  const twice = bare.find((status, index) => bare.indexOf(status) !== index);
  if (twice !== undefined) mistake(['call'], `has ${twice} stand for two things`);
  const names = namesIn(call);
  if (needs !== undefined && !needs.some((need) => [...names].some((name) => isOfSame(need, name))))
    mistake(['call'], `has to speak of ${needs.map((name) => `{${name}}`).join(' or ')}`);
}

const TEMPLATED = ['call', 'headers', 'basic', 'json', 'form'] as const;

function templatesOf(call: Call): { readonly text: string; readonly path: readonly PropertyKey[] }[] {
  return TEMPLATED.flatMap((part) => textsIn(call[part], [part]));
}

/** Names that a call speaks of, each once. */
export function namesIn(call: Call): ReadonlySet<string> {
  return new Set(templatesOf(call).flatMap(({ text }) => placeholdersIn(text)));
}

/** Whether the call carries its own credential; else it goes as a bearer token. */
export function carries(call: Call, whose: 'admin' | 'value'): boolean {
  return call.basic !== undefined || [...namesIn(call)].some((name) => isOfSame(whose, name));
}

export function isReserved(name: string): boolean {
  return isOfValue(name) || [...OF_ADMIN, 'label', 'handle'].includes(name);
}

export function isOfValue(name: string): boolean {
  return isOfSame('value', name);
}

function isSecret(name: string): boolean {
  return isOfValue(name) || name === 'admin';
}

function isOfSame(whole: string, name: string): boolean {
  return name === whole || (whole === 'value' && name.startsWith('value.'));
}
