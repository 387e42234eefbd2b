import { joined, type Mrkdwn, mrkdwn } from './mrkdwn.ts';

/** Slack's documented limits ("Block Kit", reference). */
const MOST_BLOCKS = 50;
const LONGEST_SECTION = 3_000;
/** Of a confirmation's words, the longest plain text that is used. */
const LONGEST_PLAIN = 300;

interface Written {
  readonly type: 'mrkdwn';
  readonly text: Mrkdwn;
  /** Links and names are not made out of text. */
  readonly verbatim: true;
}

interface Plain {
  readonly type: 'plain_text';
  readonly text: string;
}

export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: Plain;
  readonly value: string;
  readonly style: 'primary' | 'danger';
  readonly confirm: {
    readonly title: Plain;
    readonly text: Plain;
    readonly confirm: Plain;
    readonly deny: Plain;
  };
}

export type Block =
  | { readonly type: 'section'; readonly text: Written }
  | { readonly type: 'context'; readonly elements: readonly Written[] }
  | { readonly type: 'actions'; readonly elements: readonly Button[] };

/** A message as Slack shows it. */
export interface SlackText {
  /** For notifications, and for whoever is read to. */
  readonly text: Mrkdwn;
  readonly blocks: readonly Block[];
}

/** A line each; what no section holds is counted. */
export function section(lines: readonly Mrkdwn[]): Block {
  return { type: 'section', text: written(fitting(lines, LONGEST_SECTION)) };
}

export function context(line: Mrkdwn): Block {
  return { type: 'context', elements: [written(line)] };
}

/** A button that asks once more, and says what will be. */
export function button(
  about: { readonly action: string; readonly value: string; readonly style: Button['style'] },
  words: { readonly label: string; readonly title: string; readonly asks: string },
): Button {
  return {
    type: 'button',
    action_id: about.action,
    text: plain(words.label),
    value: about.value,
    style: about.style,
    confirm: {
      title: plain(words.title),
      text: plain(words.asks),
      confirm: plain(words.label),
      deny: plain('Go back'),
    },
  };
}

export function actions(elements: readonly Button[]): Block {
  return { type: 'actions', elements };
}

export function message(text: Mrkdwn, blocks: readonly Block[]): SlackText {
  if (blocks.length > MOST_BLOCKS) throw new RangeError(`a message of ${blocks.length} blocks`);
  return { text, blocks };
}

/** Where Slack takes no markup: letters, digits and points of a sentence, so that there is none in it. */
function plain(text: string): Plain {
  return {
    type: 'plain_text',
    text: text.replaceAll(/[^\p{L}\p{N} .,:?’-]/gu, '').slice(0, LONGEST_PLAIN),
  };
}

function written(text: Mrkdwn): Written {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Whole lines, so that no markup is cut in two. */
function fitting(lines: readonly Mrkdwn[], longest: number): Mrkdwn {
  let length = 0;
  const cut = lines.findIndex(({ text }) => {
    length += text.length + 1;
    return length > longest - 20;
  });
  if (cut < 0) return joined(lines, '\n');
  return joined([...lines.slice(0, cut), mrkdwn`… ${lines.length - cut} more`], '\n');
}
