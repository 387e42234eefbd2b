import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findServer } from '../../demo/server-process.ts';

/** Of a server, signed by itself: made anew each time, so that no key lies about. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** PEM: the authority that signed it. */
  readonly ca: string;
}

/** For this name, for a day, as files in `folder` that any user may read. */
export function makeCertificate(folder: string, name: string): Certificate {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const words =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=${name} -addext subjectAltName=DNS:${name}`.split(
      ' ',
    );
  execFileSync(findServer('openssl'), [...words, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  for (const file of [certificate, key]) chmodSync(file, 0o644);
  return { certificate, key, ca: readFileSync(certificate, 'utf8') };
}
