import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openState, type State, type StateOptions } from '../../local/state.ts';

/** A state directory of the test's own, gone when it ends. */
export function aState(options?: StateOptions): State {
  const home = mkdtempSync(join(tmpdir(), 'rekey-test-'));
  const state = openState(home, options);
  onTestFinished(() => {
    state.close();
    rmSync(home, { recursive: true, force: true });
  });
  return state;
}

/** The same directory, as another process has it open. */
export function openedAgain({ home }: State): State {
  const again = openState(home);
  onTestFinished(() => again.close());
  return again;
}
