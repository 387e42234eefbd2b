/** Someone who may act, as applied from `rekey.yaml`. */
export interface Person {
  readonly name: string;
  /** The operating system's user name on one machine. */
  readonly user?: string;
  /** OpenSSH public keys (`ssh-ed25519 AAAA…`), any of which signs for the person. */
  readonly sshKeys: readonly string[];
  /** ARNs of an IAM user or of a role's session, the role's name with a `*` at its end or without. Default none. */
  readonly iam?: readonly string[];
  /** Slack's id of the user. */
  readonly slack?: string;
  /** By which policies name who approves. Default none. */
  readonly groups?: readonly string[];
  readonly team?: string;
}
