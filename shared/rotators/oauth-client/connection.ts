import * as z from 'zod';
import { BaseUrl, Settles } from '../http/connection.ts';

/** What Rekey itself says of a client: whoever gave another would lose its label, or the way that it is tried by. */
const OURS: ReadonlySet<string> = new Set([
  'client_name',
  'client_id',
  'client_secret',
  'token_endpoint_auth_method',
  'scope',
]);

/** `https://…/{client_id}`: the one placeholder there is. */
const ClientUrl = z
  .string()
  .refine(
    (text) => text.includes('{client_id}') && BaseUrl.safeParse(text.replace('{client_id}', 'id')).success,
    { error: 'is to be https://host/path/{client_id}; http:// on this machine alone' },
  );

/** An authorization server, as in `rekey.yaml`. */
export const Connection = z.strictObject({
  registration: BaseUrl.describe(
    'Registration endpoint (RFC 7591); the admin’s password is its initial access token.',
  ),
  token: BaseUrl.describe('Token endpoint: where a client is tried.'),
  revocation: BaseUrl.optional().describe(
    'Revocation endpoint (RFC 7009), for the tokens that a try is given.',
  ),
  client: ClientUrl.optional().describe(
    'Where the admin deletes any client. Left out: each is deleted by its own registration access token (RFC 7592).',
  ),
  clientAuth: z
    .enum(['client_secret_basic', 'client_secret_post'])
    .default('client_secret_basic')
    .describe('How clients say who they are at the token endpoint.'),
  metadata: z
    .record(
      z.string().refine((key) => !OURS.has(key), { error: 'is Rekey’s own to say' }),
      z.json(),
    )
    .default({})
    .describe('Of every client (RFC 7591, 2): grant_types, contacts and so on.'),
  settles: Settles.optional().describe('How long after an answer some node may still go by what was before.'),
  ca: z.string().optional().describe('PEM of the certificate authority; the system’s own where left out.'),
});

export type OauthConnection = z.output<typeof Connection>;

export const AccountKeys = z.strictObject({
  name: z.string().min(1).max(60).describe('What its clients are called, beside the label.'),
  scope: z.string().min(1).optional(),
});
