import * as z from 'zod';
import { RekeyError } from '../domain/errors.ts';
import type { Needs, Services } from './services.ts';

/** What a workflow's step is told of its surroundings. */
export interface InvocationContext {
  /** The step hands back what is left by then. */
  readonly untilMs: number;
}

/** A function of the control plane: the same in both worlds. Its name is what a state machine calls. */
export interface RekeyFunction<Port extends keyof Services = keyof Services> {
  readonly name: string;
  /** The ports it reaches. */
  readonly needs: readonly Port[];
  invoke(services: Needs<Port>, payload: unknown, context: InvocationContext): Promise<unknown>;
}

/**
 * Schema in, domain and ports, schema out. Inputs and outputs carry a version; unknown keys are refused, every mistake is
 * named at once, never its value.
 */
export function defineFunction<
  I extends z.ZodRawShape,
  O extends z.ZodRawShape,
  const Port extends keyof Services,
>(definition: {
  readonly name: string;
  readonly needs: readonly Port[];
  readonly input: I;
  readonly output: O;
  run(
    input: z.output<z.ZodObject<I>>,
    services: Needs<Port>,
    context: InvocationContext,
  ): Promise<z.input<z.ZodObject<O>>>;
}): RekeyFunction<Port> {
  const Input = z.strictObject({ ...definition.input, v: z.literal(1) });
  const Output = z.strictObject(definition.output);
  return {
    name: definition.name,
    needs: definition.needs,
    async invoke(services, payload, context) {
      const input = Input.safeParse(payload);
      if (!input.success) throw malformed(definition.name, 'input', input.error);
      const result = await definition.run(
        input.data as unknown as z.output<z.ZodObject<I>>,
        services,
        context,
      );
      const output = Output.safeParse(result);
      if (!output.success) throw malformed(definition.name, 'output', output.error);
      return { v: 1, ...output.data };
    },
  };
}

function malformed(name: string, side: 'input' | 'output', error: z.ZodError): RekeyError {
  const faults = error.issues.map(({ path, code }) => `${path.join('.') || '(whole)'}: ${code}`);
  return new RekeyError({
    code: `function-${side}`,
    family: 'Validation',
    message: `${name} has a malformed ${side}: ${faults.join('; ')}`,
    safe: 'Nothing was done.',
  });
}
