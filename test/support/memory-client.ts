interface Stack {
  add(
    middleware: <Out>(
      next: unknown,
      context: { readonly commandName?: string },
    ) => (args: { readonly input: object }) => Promise<Out>,
    place: { readonly step: 'finalizeRequest'; readonly priority: 'low'; readonly name: typeof ANSWERED },
  ): void;
}

/** The name of the middleware that answers: what stands before it sees each attempt. */
export const ANSWERED = 'answered';

/** The region and credentials of a service in this process: nobody asks for them. */
export const NOWHERE = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'memory', secretAccessKey: 'memory' },
} as const;

/**
 * The client with its service in this process: each attempt is made ready to the last, and answered instead of sent, so that
 * retries, paces and signatures are the SDK's own.
 */
export function answered<Client extends { readonly middlewareStack: unknown }>(
  client: Client,
  answer: (call: string, input: never) => object | Promise<object>,
): Client {
  (client.middlewareStack as Stack).add(
    (_next, { commandName = '' }) =>
      async (args) => {
        const output = await answer(commandName.replace(/Command$/, ''), args.input as never);
        return { output: { $metadata: {}, ...output }, response: {} } as never;
      },
    { step: 'finalizeRequest', priority: 'low', name: ANSWERED },
  );
  return client;
}
