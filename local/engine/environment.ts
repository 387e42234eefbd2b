/** Names of the variables into which `rekey exec` put values, told to whatever runs inside it. */
const EXEC_NAMES = 'REKEY_EXEC_NAMES';

/** An environment with values in it, for one child. */
export function withValues(
  environment: NodeJS.ProcessEnv,
  values: ReadonlyMap<string, string>,
): NodeJS.ProcessEnv {
  const names = [...namesIn(environment), ...values.keys()];
  return { ...environment, ...Object.fromEntries(values), [EXEC_NAMES]: [...new Set(names)].join(',') };
}

/** The same without them: an engine outlives the command that started it, and needs none of them. */
export function withoutValues(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = new Set([EXEC_NAMES, ...namesIn(environment)]);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !given.has(name)));
}

function namesIn(environment: NodeJS.ProcessEnv): string[] {
  return (environment[EXEC_NAMES] ?? '').split(',').filter((name) => name !== '');
}
