import type { Add } from './add-mistake.ts';
import type { LooseConfig } from './loose.ts';

export interface ShowsUse {
  /** Whether the target shows which version of an account's logs in. Left out: of none. */
  readonly showsUse?: (account: Readonly<Record<string, string>>) => boolean;
}

/** A target shows that a version is in use, of some accounts, and never by whom: it speaks for a secret's one consumer. */
export function checkObserved(
  { secrets, targets, consumers }: LooseConfig,
  kinds: Readonly<Record<string, ShowsUse>>,
  add: Add,
): void {
  for (const [index, { target, account, consumers: names }] of secrets.entries()) {
    for (const [place, name] of names.entries()) {
      if (name === undefined || consumers[name]?.confirm !== 'observed') continue;
      const mistake = (message: string) =>
        add(
          ['secrets', index, 'consumers', place],
          'not-observable',
          `${name} is confirmed by observation, ${message}`,
        );
      const kind = kinds[targets[target ?? '']?.kind ?? ''];
      if (kind?.showsUse?.(textsOf(account)) !== true)
        mistake('and this target shows of no version that it logs in: two users in turn (alternate) do');
      else if (names.length > 1) mistake('and the target does not show which of several it is that logs in');
    }
  }
}

function textsOf(account: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(account).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}
