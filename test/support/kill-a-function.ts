import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills a process that runs one of a stage's functions that `may` be killed, as a host that fails does: with no word to anybody.
 * Which of them says a number in [0, 1). Its function's name, or null where none runs.
 */
export function killAFunction(prefix: string, may: (name: string) => boolean, chance: number): string | null {
  const running = functionsOf(prefix).filter(({ name }) => may(name));
  const one = running[Math.floor(chance * running.length)];
  if (one === undefined) return null;
  try {
    process.kill(one.pid, 'SIGKILL');
    return one.name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return null;
  }
}

/** Each function's process has its name in the environment. */
function functionsOf(prefix: string): { readonly pid: number; readonly name: string }[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const [, name] = /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=([^\0]+)/.exec(environmentOf(entry)) ?? [];
    return name?.startsWith(`${prefix}-`) === true
      ? [{ pid: Number(entry), name: name.slice(prefix.length + 1) }]
      : [];
  });
}

/** Empty where the process ended meanwhile. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
