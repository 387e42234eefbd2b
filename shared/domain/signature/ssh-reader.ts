/** Reads what SSH writes: numbers of 32 bits, and texts after their length (RFC 4251, section 5). `RangeError` where it ends too early. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  take(length: number): Buffer {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    if (part.length !== length) throw new RangeError('truncated');
    this.#at += length;
    return part;
  }
  number(): number {
    return this.take(4).readUInt32BE();
  }
  text(): Buffer {
    return this.take(this.number());
  }
  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }
}
