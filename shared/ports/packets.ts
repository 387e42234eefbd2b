/** Where incident packets are kept for people. */
export interface Packets {
  /** Where the JSON of that name is, or will be. */
  placeOf(name: string): string;
  /** Writes the signed JSON and its page; answers where the JSON is. Idempotent by name: the same again is a no-op. */
  write(name: string, json: string, html: string): Promise<string>;
}
