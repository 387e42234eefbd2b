/** Around a value in a configuration file or a command: `key=value`, `key: value`. */
const ASSIGNED = /^[\w.-]+\s*(?:=>|:=|=|:)\s*/;
const QUOTED = /^(["'`])(.*)\1[,;]?$/s;

/** What a text may mean as a value, itself first. */
export function writtenAs(text: string): string[] {
  const meant = new Set([text]);
  const add = (make: (one: string) => string | undefined) => {
    const before = [...meant];
    for (const one of before) {
      const next = make(one);
      if (next !== undefined && next !== '') meant.add(next);
    }
  };
  add((one) => one.trim());
  add((one) => one.replace(ASSIGNED, ''));
  add((one) => QUOTED.exec(one)?.[2]);
  add(unescaped);
  add(decoded);
  add((one) =>
    /^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(one) ? Buffer.from(one, 'base64').toString('utf8') : undefined,
  );
  return [...meant];
}

function unescaped(text: string): string | undefined {
  if (!text.includes('\\')) return undefined;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
