import type * as z from 'zod';
import type { AllServices } from '../../../driver/services.ts';

/** Names of resources, each an environment variable `REKEY_…`; none is a secret's value. */
export type Names = Readonly<Record<string, z.ZodType>>;

type Read<N extends Names> = { readonly [Name in keyof N]: z.output<N[Name]> };

/** How one port is opened in a Lambda environment: the names it wants, and the adapter behind it. */
export interface Wire<T, N extends Names = Names> {
  readonly names: N;
  /** Called once, before the first invocation. */
  open(names: Read<N>): T | Promise<T>;
}

/** A wire for each port that a function needs, and for no other. */
export type Wires<Port extends keyof AllServices> = { readonly [P in Port]: Wire<AllServices[P]> };

export function wire<T, const N extends Names>(
  names: N,
  open: (names: Read<N>) => T | Promise<T>,
): Wire<T, N> {
  return { names, open };
}
