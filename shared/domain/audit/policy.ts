/** `audit:` of `rekey.yaml`, as far as it is of the whole stage and not of a class; there is one at most. */
export interface AuditPolicy {
  readonly v: 1;
  readonly name: 'audit';
  /** Whoever reads stands in the chain by a pseudonym. */
  readonly pseudonyms: boolean;
  /** By class: groups of people, who alone read what the audit says of it. A class that is left out: whoever reads the audit at all. */
  readonly readers?: Readonly<Record<string, readonly string[]>>;
}
