import { styleText } from 'node:util';
import { brakeText } from '../../shared/domain/brake.ts';
import type { IncidentView, TargetView } from '../../shared/driver/incident-view.ts';
import { onOneLine } from './seen.ts';

/** What of an incident its screen shows. */
export type ProgressView = Pick<
  IncidentView,
  'incident' | 'scope' | 'cause' | 'state' | 'elapsedMs' | 'layers' | 'targets' | 'unconfirmed' | 'brake'
>;

const BAR = 16;
/** Of no target: only people can replace them. */
const BY_HAND = 'by hand';

/** Lines of at most `columns` characters, at most `rows`: totals, one line a target, what is parked and why. */
export function renderProgress(
  view: ProgressView,
  screen: { readonly columns: number; readonly rows: number },
): string[] {
  const { targets } = view;
  const sum = (of: (target: TargetView) => number) =>
    targets.reduce((total, target) => total + of(target), 0);
  const [total, reissued, proven] = [sum((t) => t.total), sum((t) => t.reissued), sum((t) => t.proven)];
  const seconds = view.elapsedMs / 1_000;
  const rate = seconds > 0 ? proven / seconds : 0;
  const left = proven > 0 && proven < total ? `about ${Math.ceil((total - proven) / rate)} s left` : '';
  const head = [
    `${view.incident}  ${view.scope.className}  ${view.cause}  ${view.state}  ${seconds.toFixed(1)} s`,
    ...(view.layers.length === 0
      ? []
      : [
          `contained: ${view.layers.map(({ layer, target, state }) => `${target ?? layer} ${state}`).join(', ')}`,
        ]),
    `proven dead ${proven} of ${total}, re-issued ${reissued}, ${rate.toFixed(0)}/s ${left}`.trimEnd(),
  ];
  if (view.brake !== null) head.push(`re-issue ${brakeText(view.brake)}`);
  const parked = parkedLines(targets);
  const told = view.unconfirmed.map(
    ({ consumer, owner, count }) => `not confirmed: ${consumer} (owner ${owner}), ${count} versions`,
  );
  const foot = `Ctrl-C detaches, it goes on; rekey watch ${view.incident}`;
  const room = Math.max(
    1,
    screen.rows - head.length - Math.min(parked.length, 5) - Math.min(told.length, 3) - 2,
  );
  const shown = targets.slice(0, targets.length > room ? room - 1 : room);
  const hidden = targets.slice(shown.length);
  const lines = [
    ...head,
    ...shown.map(targetLine),
    ...(hidden.length === 0
      ? []
      : [
          `and ${hidden.length} more targets: ${hidden.reduce((n, t) => n + t.proven, 0)}/${hidden.reduce((n, t) => n + t.total, 0)}`,
        ]),
    ...parked.slice(0, 5),
    ...told.slice(0, 3),
    foot,
  ];
  return lines.map((line) => clip(onOneLine(line), screen.columns));
}

function targetLine({ target, total, proven, aside }: TargetView): string {
  const full = total === 0 ? BAR : Math.floor((proven / total) * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  return `${(target === '' ? BY_HAND : target).padEnd(12)} ${bar} ${String(proven).padStart(5)}/${total}${aside === undefined ? '' : `  set aside: ${aside}`}`;
}

function parkedLines(targets: readonly TargetView[]): string[] {
  return targets.flatMap(({ target, parked }) =>
    parked.map(
      ({ code, count, firstRefs }) =>
        `parked at ${target}: ${count} × ${code}, ${firstRefs[0] ?? ''}${count > 1 ? ', …' : ''}`,
    ),
  );
}

function clip(line: string, columns: number): string {
  const letters = Array.from(line);
  return letters.length <= columns ? line : `${letters.slice(0, columns - 1).join('')}…`;
}

/** The first line stands out where the terminal can show it. */
export function emphasize(lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? styleText('bold', line) : line));
}
