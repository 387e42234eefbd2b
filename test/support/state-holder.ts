import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

const HOLD = `
  import { DatabaseSync } from 'node:sqlite';
  // The engine may be writing at this very moment.
  const database = new DatabaseSync(process.argv[1], { timeout: 5_000 });
  database.exec('BEGIN IMMEDIATE');
  process.stdout.write('held');
  process.stdin.once('data', () => {
    database.exec('ROLLBACK');
    database.close();
    process.exit(0);
  });
`;

/** A process of its own that holds the write lock of a database until it is told to let go. */
export async function holdState(database: string): Promise<{ letGo(): Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLD, database], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return {
    async letGo() {
      child.stdin.write('.');
      await ended;
    },
  };
}
