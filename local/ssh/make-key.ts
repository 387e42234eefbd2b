import { writeFileSync } from 'node:fs';
import sshpk from 'sshpk';

/** A new ed25519 key pair in OpenSSH's format: the private one in the file (mode 0600), the public line as the answer. */
export function makeSshKey(file: string, comment: string): string {
  const key = sshpk.generatePrivateKey('ed25519');
  writeFileSync(file, key.toString('openssh'), { mode: 0o600, flag: 'wx' });
  const line = key.toPublic().toString('ssh').trim().split(/\s+/).slice(0, 2).join(' ');
  return `${line} ${comment}`;
}
