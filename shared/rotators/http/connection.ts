import * as z from 'zod';
import { parseDuration } from '../../domain/config/duration.ts';
import {
  type Call,
  callThat,
  carries,
  Headers,
  isOfValue,
  isReserved,
  Match,
  namesIn,
  OF_ADMIN,
  Pointer,
} from './call.ts';
import { placeholdersIn } from './placeholders.ts';
import { POINTER } from './pointer.ts';

/** Longer than any API is known to lag, and short enough to be waited for within one batch. */
const LONGEST_SETTLING_MS = 30_000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An `https:` URL below which paths stand; on this machine alone `http:`. */
export const BaseUrl = z.string().refine(isBase, {
  error: 'is to be https://host/path, with no user, query or fragment; http:// on this machine alone',
});

function isBase(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || `${url.username}${url.password}${url.search}${url.hash}` !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

export const Settles = z
  .string()
  .refine((text) => (parseDuration(text) ?? LONGEST_SETTLING_MS + 1) <= LONGEST_SETTLING_MS, {
    error: 'is no duration of 1s to 30s',
  });

/** One pointer, or parts: a pointer each, or what an account's field says. */
const Value = z.union(
  [
    Pointer,
    z.record(
      z.string().regex(/^[A-Za-z][\w-]*$/),
      z.string().refine((text) => POINTER.test(text) || placeholdersIn(text).length > 0, {
        error: 'is no JSON Pointer (/a/b), and no {field} of the account',
      }),
    ),
  ],
  { error: 'is no JSON Pointer (/a/b), nor parts that each are one or an account’s {field}' },
);

const tried = () =>
  callThat(
    { of: ['value', 'handle'] },
    {
      refused: z.array(Match).refine((matches) => matches.length > 0, {
        error: 'is to say which answer means that the credential is refused: on that the proof rests',
      }),
    },
  );

/** How an API that mints and revokes credentials is spoken to, as in `rekey.yaml`. */
export const Connection = z
  .strictObject({
    url: BaseUrl.describe('What the paths of the calls are below.'),
    ca: z.string().optional().describe('PEM of the certificate authority; the system’s own where left out.'),
    headers: Headers.default({}).describe('Of every call.'),
    settles: Settles.optional().describe(
      'How long after an answer some node may still go by what was before: a new credential refused, a deleted one accepted.',
    ),
    check: callThat({ of: OF_ADMIN }, {})
      .optional()
      .describe('As admin: whether that credential is accepted.'),
    issue: callThat(
      { of: [...OF_ADMIN, 'label'], needs: ['label'] },
      {
        value: Value.describe('Where the new credential stands; of several parts, readers get them as JSON.'),
        handle: Pointer.describe('How the API calls the new credential.'),
        idempotencyKey: z
          .string()
          .regex(/^[A-Za-z0-9-]+$/, { error: 'is no name of a header' })
          .optional()
          .describe('Header by which the API knows a call that it has had before.'),
      },
    ),
    list: callThat(
      { of: OF_ADMIN },
      {
        items: Pointer,
        handle: Pointer.describe('In each item.'),
        label: Pointer.describe('In each item: what {label} was put into.'),
        off: z
          .strictObject({ at: Pointer, is: z.string() })
          .optional()
          .describe('In each item: it is switched off.'),
        next: z
          .union([z.literal('link'), z.strictObject({ query: z.string().min(1), more: Pointer })], {
            error: 'is neither link (a Link header with rel="next") nor { query: after, more: /has_more }',
          })
          .optional()
          .describe('How the next page is asked for: by the Link header, or by the last handle.'),
      },
    )
      .optional()
      .describe('Every credential of the account.'),
    revoke: callThat({ of: [...OF_ADMIN, 'handle', 'value'], needs: ['handle', 'value'] }, {}),
    disable: callThat({ of: [...OF_ADMIN, 'handle'], needs: ['handle'] }, {}).optional(),
    enable: callThat({ of: [...OF_ADMIN, 'handle'], needs: ['handle'] }, {}).optional(),
    verify: tried().describe('With the credential, by the route that consumers use.'),
    prove: tried().optional().describe('Default: as verify.'),
  })
  .superRefine((description, context) => {
    const mistake = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { disable, enable, list } = description;
    if (disable !== undefined && (enable === undefined || list?.off === undefined))
      mistake(['disable'], 'needs enable, which undoes it, and list.off, by which it is seen');
    if (enable !== undefined && disable === undefined) mistake(['enable'], 'undoes nothing without disable');
    if (Object.values(description.headers).some((text) => placeholdersIn(text).length > 0))
      mistake(['headers'], 'are of every call, and stand for nothing');
    const ofAccount = [...namesIn((description.check ?? { call: '' }) as Call)].find(
      (name) => !isReserved(name),
    );
    if (ofAccount !== undefined) mistake(['check'], `is of no account, and has {${ofAccount}}`);
    const parts = partsOf(description);
    for (const verb of ['verify', 'prove'] as const) {
      const call = description[verb] as Call | undefined;
      if (call !== undefined && !parts.includes('value') && !carries(call, 'value'))
        mistake([verb], `is to say where ${parts.map((name) => `{${name}}`).join(' and ')} go`);
    }
    for (const [verb, call] of callsOf(description)) {
      const wrong = [...namesIn(call)].filter(isOfValue).find((name) => !parts.includes(name));
      if (wrong !== undefined)
        mistake([verb], `has {${wrong}}, and the value is ${parts.map((name) => `{${name}}`).join(', ')}`);
    }
  });

export type HttpConnection = z.output<typeof Connection>;

const VERBS = ['check', 'issue', 'list', 'revoke', 'disable', 'enable', 'verify', 'prove'] as const;
export type CallName = (typeof VERBS)[number];

function callsOf(description: HttpConnection): [CallName, Call][] {
  return VERBS.flatMap((verb): [CallName, Call][] => {
    const call = description[verb];
    return call === undefined ? [] : [[verb, call as Call]];
  });
}

/** What calls may say of the value. */
function partsOf({ issue: { value } }: HttpConnection): string[] {
  return typeof value === 'string' ? ['value'] : Object.keys(value).map((part) => `value.${part}`);
}

/**
 * An account of such a target: each field that its calls speak of. `name` tells two secrets of one account apart, `handle` is
 * what the API calls the credential that was there before Rekey.
 */
export function accountAt(description: HttpConnection) {
  const { value } = description.issue;
  const inParts = typeof value === 'string' ? [] : Object.values(value).flatMap(placeholdersIn);
  const fields = callsOf(description).flatMap(([, call]) => [...namesIn(call)]);
  const own = [...fields, ...inParts].filter((name) => !isReserved(name));
  return z.strictObject({
    name: z.string().min(1).optional(),
    handle: z.string().min(1).optional(),
    ...Object.fromEntries(own.map((name) => [name, z.string().min(1)])),
  });
}
