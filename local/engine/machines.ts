import { readFileSync } from 'node:fs';
import { loadMachine } from '../interpreter/load.ts';
import { FUNCTIONS } from './functions.ts';

/** The machines of `statemachines/`, by their files' names. */
export const MACHINES = ['break-glass', 'scheduled-rotation', 'manual-rotation'] as const;
export type MachineName = (typeof MACHINES)[number];

/** A machine as the engine runs it: function names are their own substitutions. */
export function loadNamed(name: MachineName) {
  const file = new URL(`../../statemachines/${name}.asl.json`, import.meta.url);
  return loadMachine(JSON.parse(readFileSync(file, 'utf8')), {
    substitutions: Object.fromEntries([...FUNCTIONS.keys()].map((own) => [own, own])),
  });
}
