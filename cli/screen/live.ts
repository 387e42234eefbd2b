import type { WriteStream } from 'node:tty';
import { brakeText } from '../../shared/domain/brake.ts';
import { emphasize, type ProgressView, renderProgress } from './progress.ts';
import { onOneLine } from './seen.ts';

export interface LiveScreen {
  draw(view: ProgressView): void;
  /** A line below what is drawn, which stays. */
  note(line: string): void;
  end(): void;
}

/** A plain line at most this often where nobody watches a terminal. */
const LINE_EVERY_MS = 1_000;

/** Draws in place on a terminal; elsewhere one plain line when something changed. */
export function createLiveScreen(stream: WriteStream): LiveScreen {
  return stream.isTTY ? onTerminal(stream) : asLines(stream);
}

function onTerminal(stream: WriteStream): LiveScreen {
  let drawn = 0;
  return {
    draw(view) {
      const lines = emphasize(renderProgress(view, { columns: stream.columns, rows: stream.rows - 1 }));
      const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
      stream.write(`${up}${lines.map((line) => `\u001b[2K${line}`).join('\n')}\n\u001b[0J`);
      drawn = lines.length;
    },
    note(line) {
      stream.write(`${onOneLine(line)}\n`);
      drawn = 0;
    },
    end() {
      drawn = 0;
    },
  };
}

function asLines(stream: NodeJS.WritableStream): LiveScreen {
  let last = '';
  let lastMs = 0;
  let newest: string | undefined;
  return {
    draw(view) {
      const [, ...rest] = renderProgress(view, { columns: 200, rows: 50 });
      const braked = view.brake === null ? '' : `; re-issue ${brakeText(view.brake)}`;
      const proven = rest.find((line) => line.startsWith('proven')) ?? '';
      newest = onOneLine(`${view.incident} ${view.state}: ${proven}${braked}`);
      if (newest === last || view.elapsedMs - lastMs < LINE_EVERY_MS) return;
      last = newest;
      lastMs = view.elapsedMs;
      stream.write(`${newest}\n`);
    },
    note(line) {
      stream.write(`${onOneLine(line)}\n`);
    },
    end() {
      if (newest !== undefined && newest !== last) stream.write(`${newest}\n`);
    },
  };
}
