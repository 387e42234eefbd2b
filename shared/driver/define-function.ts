import * as z from 'zod';
import { RekeyError } from '../domain/errors.ts';
import type { AllServices, Needs, Services } from './services.ts';

/** A person or a service that calls, as its surroundings verified it: nothing that it could write itself. */
export interface Caller {
  readonly user: string;
  /** Network identity: an address, or `local:<pid>` on one machine. */
  readonly source: string;
}

/** What an invocation is told of its surroundings. */
export interface InvocationContext {
  /** What is left by then is handed back. */
  readonly untilMs: number;
  /** Missing where a workflow calls. */
  readonly caller?: Caller;
}

/**
 * A function of the control plane: the same in both worlds. Its name is what a state machine, or a person's command, calls.
 * `Input` and `Output` go without the version that every payload carries.
 */
export interface RekeyFunction<
  Port extends keyof AllServices = keyof Services,
  Input = unknown,
  Output = unknown,
> {
  readonly name: string;
  /** The ports it reaches. */
  readonly needs: readonly Port[];
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** Throws `Validation` `function-input` or `function-output` where a payload is not of its schema. */
  invoke(
    services: Needs<Port>,
    payload: unknown,
    context: InvocationContext,
  ): Promise<Output & { readonly v: 1 }>;
}

/**
 * Schema in, domain and ports, schema out. Inputs and outputs carry a version; unknown keys are refused, every mistake is
 * named at once, never its value.
 */
export function defineFunction<
  I extends z.ZodRawShape,
  O extends z.ZodRawShape,
  const Port extends keyof AllServices,
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
}): RekeyFunction<Port, z.output<z.ZodObject<I>>, z.output<z.ZodObject<O>>> {
  const Input = z.strictObject({ ...definition.input, v: z.literal(1) });
  const Output = z.strictObject(definition.output);
  return {
    name: definition.name,
    needs: definition.needs,
    input: z.strictObject(definition.input),
    output: Output,
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
      return { v: 1, ...(output.data as unknown as z.output<z.ZodObject<O>>) };
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
