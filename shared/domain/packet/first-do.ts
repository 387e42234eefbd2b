/**
 * What a person does before `rekey resume` can help, by the code for which a secret was set aside. The runbook
 * (docs/runbooks/break-glass.md, "Parked, and why") says the same at more length.
 */
const BY_CODE: Readonly<Record<string, (target: string) => string>> = {
  'account-missing': (target) =>
    `see at ${target} what became of the account: renamed, give it its name back; gone for good, take the secret out of rekey.yaml (rekey apply --remove)`,
  'account-renamed': (target) =>
    `change that password at ${target} by hand now, it still logs in under the new name; then give the account its name back`,
  'value-unknown': (target) =>
    `nobody holds the old value: let Rekey’s admin see what ${target} stores, or have the account dropped there`,
  'target-unavailable': (target) => `bring ${target} back`,
  'too-many-connections': (target) => `make room for Rekey’s connections at ${target}`,
  'admin-refused': (target) => `give Rekey an admin credential that ${target} accepts (rekey secret put)`,
  'old-accepted': (target) =>
    `find what lets the old credential in at ${target}, or who else changes these accounts`,
  'no-proof': (target) => `let ${target} ask for a password and judge it: now it answers without doing so`,
  refused: (target) => `mend at ${target} what the reason names`,
};

/** Null: nothing but the command. `needsPerson`: trying again alone is known not to help. */
export function firstDo(code: string, target: string, needsPerson: boolean): string | null {
  return (BY_CODE[code] ?? (needsPerson ? BY_CODE['refused'] : undefined))?.(target) ?? null;
}
