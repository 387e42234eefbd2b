/** Where incident packets are kept for people. */
export interface Packets {
  /** Writes the signed JSON and its page; answers where the JSON is. Idempotent by name. */
  write(name: string, json: string, html: string): Promise<string>;
}
