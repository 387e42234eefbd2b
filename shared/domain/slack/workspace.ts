/** The Slack workspace that Rekey is in, as applied; there is one at most. */
export interface SlackWorkspace {
  readonly v: 1;
  readonly name: 'slack';
  /** Slack's id of it: what comes from another is refused. */
  readonly team: string;
  /** Slack's id of the channel where requests and incidents are shown. */
  readonly channel: string;
  /** Reference of what Slack signs its requests with. */
  readonly signingSecretRef: string;
  /** Reference of what Rekey writes there with. */
  readonly botTokenRef: string;
}
