import jsonata from 'jsonata';
import { StateError } from './state-error.ts';

/** A JSON value whose `{% … %}` strings are compiled. */
export type Template = (bindings: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Step Functions has these, or bars them; our machines use none: refused rather than run differently. */
const REFUSED = new Set(['eval', 'partition', 'range', 'hash', 'random', 'uuid', 'parse', 'now', 'millis']);

/** Compiles a JSON value; `refuse` is told of each expression that cannot be run as Step Functions would. */
export function compileTemplate(value: unknown, refuse: (why: string) => void): Template {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    if (source !== null) return compileExpression(source, refuse);
    if (value.includes('{%')) refuse(`"${value}" is no expression as a whole string, and not free of one`);
    return async () => value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => compileTemplate(item, refuse));
    return async (bindings) => Promise.all(items.map((item) => item(bindings)));
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([key, item]) => [key, compileTemplate(item, refuse)] as const);
    return async (bindings) =>
      Object.fromEntries(
        await Promise.all(entries.map(async ([key, item]) => [key, await item(bindings)] as const)),
      );
  }
  return async () => value;
}

function expressionIn(text: string): string | null {
  return /^\{%([\s\S]*)%\}$/.exec(text)?.[1]?.trim() ?? null;
}

function compileExpression(source: string, refuse: (why: string) => void): Template {
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(source);
  } catch (error) {
    refuse(`{% ${source} %} is no JSONata: ${(error as { message?: string }).message ?? 'unreadable'}`);
    return async () => null;
  }
  for (const name of functionsIn(compiled.ast())) {
    if (REFUSED.has(name)) refuse(`{% ${source} %} calls $${name}, which this interpreter does not run`);
  }
  return async (bindings) => {
    let result: unknown;
    try {
      result = await compiled.evaluate(undefined, { ...bindings });
    } catch (error) {
      throw new StateError(
        'States.QueryEvaluationError',
        `{% ${source} %}: ${(error as { message?: string }).message ?? 'failed'}`,
      );
    }
    if (result === undefined || typeof result === 'function') {
      throw new StateError('States.QueryEvaluationError', `{% ${source} %} came to nothing`);
    }
    // JSONata marks its sequences; what leaves an expression is plain JSON.
    return JSON.parse(JSON.stringify(result)) as unknown;
  };
}

function functionsIn(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  const { type, procedure } = node as { type?: string; procedure?: { type?: string; value?: unknown } };
  const own =
    (type === 'function' || type === 'partial') && procedure?.type === 'variable'
      ? [String(procedure.value)]
      : [];
  return [...own, ...Object.values(node).flatMap(functionsIn)];
}
