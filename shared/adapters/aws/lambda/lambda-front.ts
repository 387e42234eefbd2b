import type { Services } from '../../../driver/services.ts';
import { type Front, refusalOf } from './front.ts';
import { type Handler, onLambda } from './on-lambda.ts';
import { openWires } from './open-wires.ts';
import { thrownFor } from './thrown.ts';
import type { Wires } from './wire.ts';

/** A front as its function URL calls it. Each refusal is an answer to the caller, and a failure in log and metrics. */
export async function lambdaFront<Port extends keyof Services>(
  front: Front<Port>,
  wires: Wires<NoInfer<Port>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Handler> {
  const services = await openWires<Port>(front.name, wires, environment).catch((error: unknown) => {
    throw thrownFor(front.name, error);
  });
  return onLambda({
    asked: (event) => front.asked(event),
    invoke: (event, untilMs) => front.invoke(services, event, untilMs),
    refuse: refusalOf,
  });
}
