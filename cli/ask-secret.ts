import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** One line from the terminal, not echoed; null where there is none to ask, or the person would rather not say. */
export async function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const gaveUp = new AbortController();
  // The editor echoes what is typed: into nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  lines.once('SIGINT', () => gaveUp.abort());
  lines.once('close', () => gaveUp.abort());
  process.stderr.write(question);
  try {
    return await lines.question('', { signal: gaveUp.signal });
  } catch (error) {
    if (gaveUp.signal.aborted) return null;
    throw error;
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
