/** Text in Slack's markup in which nothing foreign is read as markup: made here alone. */
class Mrkdwn {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): string {
    return this.text;
  }
}

export type { Mrkdwn };

/** The longest that a foreign text becomes: a command with a reference and a hash in it is shorter. */
const LONGEST = 800;

/** Line ends, and what turns, hides or joins other letters. */
const UNSEEN = /[\p{C}\p{Z}]+/gu;

/**
 * Markup of our own. Foreign text in it becomes a code span: on one line, cut to 800 characters, read neither as markup nor as
 * a mention or a link. Numbers, and what was made here before, stand as they are.
 */
export function mrkdwn(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Mrkdwn)[]
): Mrkdwn {
  const parts = values.map((value) =>
    value instanceof Mrkdwn ? value.text : typeof value === 'number' ? String(value) : quoted(value),
  );
  return new Mrkdwn(strings.reduce((text, string, index) => `${text}${parts[index - 1] ?? ''}${string}`));
}

/** Escapes: Slack's documentation, "Formatting text for app surfaces". A code span ends at its own mark alone. */
function quoted(text: string): string {
  const line = Array.from(text.replaceAll(UNSEEN, ' ').trim());
  const cut = line.length > LONGEST ? [...line.slice(0, LONGEST - 1), '…'] : line;
  const escaped = cut
    .join('')
    .replaceAll('`', 'ˋ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return escaped === '' ? '–' : `\`${escaped}\``;
}

/** A moment, in the time zone of whoever looks. */
export function moment(atMs: number): Mrkdwn {
  const fallback = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return new Mrkdwn(`<!date^${Math.floor(atMs / 1_000)}^{date_short_pretty}, {time_secs}|${fallback}>`);
}

/** One after the other: at most `most`, the others counted. */
export function listed(items: readonly string[], most = 10): Mrkdwn {
  const shown = items.slice(0, most).map((item) => mrkdwn`${item}`);
  const more = items.length - shown.length;
  return joined([...shown, ...(more > 0 ? [mrkdwn`${more} more`] : [])], ', ');
}

export function joined(parts: readonly Mrkdwn[], between: ', ' | '\n'): Mrkdwn {
  return new Mrkdwn(parts.map(({ text }) => text).join(between));
}
