import type { AllServices, Needs } from '../../../driver/services.ts';
import { readNames } from './read-names.ts';
import type { Names, Wire, Wires } from './wire.ts';

/** Every name that a function's wires want together: the environment of its bundle. */
function namesOf(wires: Readonly<Record<string, Wire<unknown>>>): Names {
  return Object.assign({}, ...Object.values(wires).map(({ names }) => names)) as Names;
}

/** The ports of one function, opened once, before its first invocation. */
export async function openWires<Port extends keyof AllServices>(
  functionName: string,
  wires: Wires<Port>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Needs<Port>> {
  const given = readNames(functionName, namesOf(wires), environment);
  const opened = Object.entries<Wire<unknown>>(wires).map(
    async ([port, wire]) => [port, await wire.open(given)] as const,
  );
  return Object.fromEntries(await Promise.all(opened)) as unknown as Needs<Port>;
}
