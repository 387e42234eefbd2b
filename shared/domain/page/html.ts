/** Text that is markup already. Only `html` makes it, so that nothing that it shows reaches a page unescaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | readonly Part[];

/** A template whose strings and numbers are escaped; markup and lists of it go in as they are, null as nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + textOf(parts[index] ?? null)).join(''));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeText(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter)
      // Control and direction letters would show one name as another: they are written out.
      .replaceAll(/[^\P{C}\n\r\t]/gu, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
  );
}
