/** What the server says of a role (`pg_roles`). */
export interface Role {
  readonly name: string;
  readonly oid: string;
  readonly off: boolean;
  /** `VALID UNTIL` has passed. */
  readonly expired: boolean;
}
