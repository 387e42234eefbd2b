import type { RekeyFunction } from '../../../driver/define-function.ts';
import type { AllServices } from '../../../driver/services.ts';
import { type Handler, onLambda } from './on-lambda.ts';
import { openWires } from './open-wires.ts';
import { thrownFor } from './thrown.ts';
import type { Wires } from './wire.ts';

/**
 * One function of the control plane as a machine calls it: the event is its payload, checked on both sides, and an error leaves
 * under its family, which Retry and Catch match. The ports are opened once, with the environment.
 */
export async function lambdaHandler<Port extends keyof AllServices>(
  definition: RekeyFunction<Port>,
  wires: Wires<NoInfer<Port>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Handler> {
  // Lambda logs by itself why an environment did not start.
  const services = await openWires<Port>(definition.name, wires, environment).catch((error: unknown) => {
    throw thrownFor(definition.name, error);
  });
  return onLambda({
    asked: (event) => ({ functionName: definition.name, payload: event }),
    invoke: (event, untilMs) => definition.invoke(services, event, { untilMs }),
    refuse(error) {
      throw thrownFor(definition.name, error);
    },
  });
}
