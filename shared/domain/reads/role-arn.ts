/** A session's ARN names its role without the path; a role's name is its account's only one, whatever its path. */
export function roleOfSession(arn: string): { readonly role: string; readonly session: string } | null {
  const [, partition, account, role, session] =
    /^arn:([^:]+):sts::(\d+):assumed-role\/(?:.+\/)?([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (partition === undefined || account === undefined || role === undefined || session === undefined)
    return null;
  return { role: `arn:${partition}:iam::${account}:role/${role}`, session };
}

/** As a session's ARN would name it. */
export function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.+\//, ':role/');
}
