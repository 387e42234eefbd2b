import { type Html, html } from '../../page/html.ts';

/** A name as long as an ARN: what tells it from others stands out, and it breaks before that. */
export function principalText(principal: string): Html {
  const [, account, name] = /^(arn:[^:]*:[^:]*:[^:]*:[^:]*:)(.+)$/s.exec(principal) ?? [];
  return account === undefined || name === undefined
    ? html`<b>${principal}</b>`
    : html`<b><span class="long">${account}</span><wbr>${name}</b>`;
}
