/** The control plane that the demo's commands reach: this machine's own, or a deployment. */
export interface Plane {
  /** Of every `rekey` that runs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Between two logins of a witness: what else the machine can bear beside. */
  readonly witnessPauseMs: number;
  /** Reads for whoever asks on the socket, until the demo ends. */
  serveReads(socketPath: string): Promise<void>;
  /** A packet's file, and its page's, by where `rekey` says that it is. */
  readPacket(place: string): Promise<string>;
}

/** What is undone at the end, the last first. */
export type Cleanups = (() => void | Promise<void>)[];
