import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './gateway.ts';

export interface Signing {
  /** Default: now. */
  readonly atMs?: number;
  readonly region?: string;
  readonly service?: string;
  /** Signed along. */
  readonly more?: Readonly<Record<string, string>>;
  /** A header that is not signed. */
  readonly leavingOut?: string;
}

/** Headers of a request as the AWS SDK signs them: by none of the gateway's own code, nor by the CLI's. */
export async function signedHeaders(
  key: AccessKey,
  url: URL,
  body: string,
  signing: Signing = {},
): Promise<Record<string, string>> {
  const { atMs = Date.now(), region = 'us-east-1', service = 'lambda', more = {} } = signing;
  const signer = new SignatureV4({ service, region, credentials: key, sha256: Sha256 });
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    body,
    headers: { host: url.host, 'content-type': 'application/json', ...more },
  });
  const unsignableHeaders = new Set(signing.leavingOut === undefined ? [] : [signing.leavingOut]);
  const { headers } = await signer.sign(request, { signingDate: new Date(atMs), unsignableHeaders });
  const { host: _host, ...rest } = headers;
  return rest;
}
