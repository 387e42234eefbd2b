import { type Spread, spreadOf } from './spread.ts';

/** A figure as it is shown. `blocks`: the run fails above it; `least`: below it; `aim`: said, not enforced. */
interface Figure {
  readonly key: string;
  readonly name: string;
  readonly spread: Spread;
  readonly digits: number;
  readonly blocks?: number;
  readonly least?: number;
  readonly aim?: string;
}

/** What a run came to. */
export class Figures {
  readonly #all: Figure[] = [];

  /** Nothing where nothing was measured. `digits`: after the point, 0 unless said. */
  add(
    key: string,
    name: string,
    values: readonly number[],
    more: Pick<Partial<Figure>, 'digits' | 'blocks' | 'least' | 'aim'> = {},
  ): void {
    const spread = spreadOf(values);
    if (spread !== null) this.#all.push({ key, name, spread, digits: 0, ...more });
  }

  byKey(): Readonly<Record<string, Spread>> {
    return Object.fromEntries(this.#all.map(({ key, spread }) => [key, spread]));
  }

  lines(): string[] {
    return this.#all.map(({ name, spread, digits, blocks, least, aim }) => {
      const show = (value: number) => value.toFixed(digits);
      const bounds = [
        ...(blocks === undefined ? [] : [`blocks above ${blocks}`]),
        ...(least === undefined ? [] : [`blocks below ${least}`]),
        ...(aim === undefined ? [] : [`aim ${aim}`]),
      ].join(', ');
      return `${name.padEnd(42)} median ${show(spread.median)} (${show(spread.min)} to ${show(spread.max)})${bounds === '' ? '' : `  ${bounds}`}`;
    });
  }

  /** Those that a bound refuses. */
  blocked(): string[] {
    return this.#all.flatMap(({ name, spread: { median }, blocks = Infinity, least = -Infinity }) => {
      if (median <= blocks && median >= least) return [];
      const bound = median > blocks ? `above ${blocks}` : `below ${least}`;
      return `${name} is ${median.toFixed(2)}, ${bound}`;
    });
  }
}
