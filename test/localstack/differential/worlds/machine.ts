import { readFileSync } from 'node:fs';

export type Machine = 'break-glass' | 'scheduled-rotation' | 'manual-rotation';

/** The machine that an execution of that name is of. */
export function machineOf(execution: string): Machine {
  if (/^(rot|roll)-/.test(execution)) return 'scheduled-rotation';
  return execution.startsWith('req-') ? 'manual-rotation' : 'break-glass';
}

/** As both worlds run it. */
export const definitionOf = (machine: Machine) =>
  JSON.parse(
    readFileSync(new URL(`../../../../statemachines/${machine}.asl.json`, import.meta.url), 'utf8'),
  ) as object;
