/** What a definition says of a state, wherever it stands. Names are unique in a machine. */
export interface StateFacts {
  readonly type: string;
  /** Its scope: `Contain/1/CutTargets/*`; `''` for the machine's own. */
  readonly within: string;
  readonly first: boolean;
  /** Whether it runs for an item of a distributed map: in an execution of its own. */
  readonly distributed: boolean;
}

interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Branches?: readonly Definition[];
  readonly ItemProcessor?: Definition & { readonly ProcessorConfig: { readonly Mode: string } };
}

export function statesOf(machine: object): ReadonlyMap<string, StateFacts> {
  const states = new Map<string, StateFacts>();
  const walk = (definition: Definition, within: string, distributed: boolean): void => {
    for (const [name, state] of Object.entries(definition.States)) {
      states.set(name, { type: state.Type, within, first: name === definition.StartAt, distributed });
      const inner = (index: number | '*') => `${within === '' ? '' : `${within}/`}${name}/${index}`;
      state.Branches?.forEach((branch, index) => walk(branch, inner(index), distributed));
      const processor = state.ItemProcessor;
      if (processor !== undefined)
        walk(processor, inner('*'), distributed || processor.ProcessorConfig.Mode === 'DISTRIBUTED');
    }
  };
  walk(machine as Definition, '', false);
  return states;
}

/** Names that the definition leaves to a substitution. */
export const namesIn = (machine: object): string[] => [
  ...new Set([...JSON.stringify(machine).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '')),
];
