import type { Clock } from '../../shared/ports/clock.ts';
import { ANSWERED } from '../../test/support/memory-client.ts';
import type { Consumed } from '../../test/support/memory-dynamodb.ts';
import type { KmsCall } from '../../test/support/memory-secrets-manager.ts';
import { PRICES, type Priced, SERVICE_OF } from './prices.ts';

/** What was used of each thing that has a price, and which call or function used it. */
export interface Used {
  readonly priced: Priced;
  readonly by: string;
  readonly count: number;
}

/** How long a call takes: an assumption, the services' own latencies inside a region are of this order. */
const LATENCY_MS = { dynamodb: 5, secretsmanager: 20, kms: 10, s3: 30 } as const;
export type Service = keyof typeof LATENCY_MS;

/** What an invocation leaves in the logs, its platform's lines included, and what a transition does: an assumption. */
const LOG_BYTES = { invocation: 1_000, transition: 500 };
/** X-Ray samples by itself at least so many of a workflow's invocations: an upper bound is all of them. */
const TRACED_SHARE = 1;

/** The counting client: each attempt of the SDK is counted and takes its time, whatever answers it. */
export class Meter {
  readonly #used = new Map<string, Used>();
  readonly #clock: Clock;
  on = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(priced: Priced, by: string, count: number): void {
    if (!this.on || count === 0) return;
    const name = `${priced} ${by}`;
    this.#used.set(name, { priced, by, count: (this.#used.get(name)?.count ?? 0) + count });
  }

  /** Counts a client's calls from now on. */
  watch<Client extends { readonly middlewareStack: unknown }>(client: Client, service: Service): Client {
    (client.middlewareStack as Stack).addRelativeTo(
      (next, { commandName = '' }) =>
        async (args) => {
          const call = commandName.replace(/Command$/, '');
          if (service === 'secretsmanager') this.add('secretsManagerCall', call, 1);
          if (service === 'kms')
            this.add(
              call === 'Sign' || call === 'GetPublicKey' ? 'kmsAsymmetricRequest' : 'kmsRequest',
              call,
              1,
            );
          if (service === 's3') this.add(call === 'PutObject' ? 's3Put' : 's3Get', call, 1);
          await this.#clock.sleep(LATENCY_MS[service]);
          return next(args);
        },
      { relation: 'before', toMiddleware: ANSWERED, name: 'metered' },
    );
    return client;
  }

  consumed = ({ table, call, writes, reads }: Consumed): void => {
    this.add('dynamoWrite', `${table} ${call}`, writes);
    this.add('dynamoRead', `${table} ${call}`, reads);
  };

  behindStore = (call: KmsCall): void => {
    this.add('kmsRequest', `${call}, by Secrets Manager`, 1);
  };

  invoked(name: string, memoryMb: number, ms: number): void {
    this.add('lambdaRequest', name, 1);
    this.add('lambdaGbSecond', name, (Math.ceil(ms) / 1_000) * (memoryMb / 1_024));
    this.add('logByte', 'functions', LOG_BYTES.invocation);
    this.add('trace', 'functions', TRACED_SHARE);
  }

  transition(): void {
    this.add('stateTransition', 'break-glass', 1);
    this.add('logByte', 'state machine', LOG_BYTES.transition);
  }

  used(): Used[] {
    return [...this.#used.values()];
  }
}

export function dollarsOf({ priced, count }: Used): number {
  const { dollars, per } = PRICES[priced];
  return (count * dollars) / per;
}

export function byService(used: readonly Used[]): Map<string, number> {
  const groups = Map.groupBy(used, ({ priced }) => SERVICE_OF[priced]);
  return new Map(
    [...groups].map(([service, own]) => [service, own.reduce((sum, one) => sum + dollarsOf(one), 0)]),
  );
}

interface Stack {
  addRelativeTo(
    middleware: <In, Out>(
      next: (args: In) => Promise<Out>,
      context: { readonly commandName?: string },
    ) => (args: In) => Promise<Out>,
    place: { readonly relation: 'before'; readonly toMiddleware: typeof ANSWERED; readonly name: string },
  ): void;
}
