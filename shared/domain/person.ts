/** Someone who may act, as applied from `rekey.yaml`. */
export interface Person {
  readonly name: string;
  /** The operating system's user name on one machine. */
  readonly user?: string;
  /** OpenSSH public keys (`ssh-ed25519 AAAA…`), any of which signs for the person. */
  readonly sshKeys: readonly string[];
}
