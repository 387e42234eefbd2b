/** Names of a value's members that are secret by themselves: `password`, `client_secret`, `secret_access_key`, `apiToken`. */
const SECRET_NAME = /pass(?:word|wd|phrase)?|secret|token|credential|private|key/i;

/** An identifier, whatever else its name says: `access_key_id`. */
const IDENTIFIER = /(?:[_-]|\b)ids?$|(?<=[a-z])Ids?$|name$/;

/** A part as short as this is in too many texts by chance. */
const SHORTEST_PART = 8;

/**
 * The value itself, and what in it leaks alone: members of a JSON object that are secret by their name, and the password of a
 * URL, as it stands there and decoded. No two are the same.
 */
export function secretParts(value: string): string[] {
  const parts = [...membersOf(value), ...passwordIn(value)].filter((part) => part.length >= SHORTEST_PART);
  return [...new Set([value, ...parts])];
}

function membersOf(value: string): string[] {
  if (!value.trimStart().startsWith('{')) return [];
  try {
    return secretMembers(JSON.parse(value));
  } catch {
    return [];
  }
}

function secretMembers(of: unknown): string[] {
  if (typeof of !== 'object' || of === null) return [];
  return Object.entries(of).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member !== 'string') return secretMembers(member);
    return SECRET_NAME.test(name) && !IDENTIFIER.test(name) ? [member] : [];
  });
}

function passwordIn(value: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/@]*@/i.test(value)) return [];
  const written = URL.parse(value)?.password ?? '';
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
