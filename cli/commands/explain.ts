import { readFileSync } from 'node:fs';
import { RekeyError } from '../../shared/domain/errors.ts';
import { drawMachine } from '../../shared/domain/machine-drawing.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const WORKFLOWS: Readonly<Record<string, URL>> = Object.fromEntries(
  ['break-glass', 'scheduled-rotation', 'manual-rotation'].map((name) => [
    name,
    new URL(`../../statemachines/${name}.asl.json`, import.meta.url),
  ]),
);

export async function explain(
  context: Context,
  { workflow }: { readonly workflow: string },
): Promise<ExitCode> {
  const file = WORKFLOWS[workflow];
  if (file === undefined) {
    throw new RekeyError({
      code: 'workflow-unknown',
      family: 'Validation',
      message: `there is no workflow ${workflow}`,
      next: Object.keys(WORKFLOWS).map((name) => `rekey explain ${name}`),
    });
  }
  const drawing = drawMachine(JSON.parse(readFileSync(file, 'utf8')));
  if (context.json) context.print(JSON.stringify({ workflow, mermaid: drawing }));
  else for (const line of drawing.split('\n')) context.print(line);
  return EXIT.done;
}
