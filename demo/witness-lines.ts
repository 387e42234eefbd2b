import { createInterface } from 'node:readline';

/** A witness hears commands as JSON lines and answers each with one; passwords come this way, never as arguments. */
export function onCommands(handle: (command: Record<string, unknown>) => Promise<unknown>): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const command = JSON.parse(line) as Record<string, unknown>;
    handle(command).then(
      (answer) => process.stdout.write(`${JSON.stringify({ re: command['id'], answer: answer ?? null })}\n`),
      (error: unknown) => {
        process.stderr.write(`witness: ${error instanceof Error ? error.message : 'failed'}\n`);
        process.exit(1);
      },
    );
  });
  // Whoever started it is gone: so is the witness.
  lines.on('close', () => process.exit(0));
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
