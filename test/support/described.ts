import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The example under a heading (none: the first) of a page of `docs/kinds`, as `rekey.yaml` would have it. */
export interface Example {
  readonly targets: Readonly<Record<string, { readonly connection: Record<string, unknown> }>>;
  readonly secrets: readonly { readonly account: Record<string, string> }[];
}

const DOCS = join(import.meta.dirname, '../../docs/kinds');

export function exampleText(page: string, heading: string): string {
  const text = readFileSync(join(DOCS, page), 'utf8');
  const sections = text.split(/^## /m);
  const section = heading === '' ? sections[0] : sections.find((part) => part.startsWith(`${heading}\n`));
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(section ?? '') ?? [];
  if (yaml === undefined) throw new Error(`${page} has no example under ${heading}`);
  return yaml;
}

function exampleOf(page: string, heading: string): Example {
  return parse(exampleText(page, heading)) as Example;
}

/** What the one target of an example says, with its API at this place. */
export function connectionOf(page: string, heading: string, url: string): Record<string, unknown> {
  const [target] = Object.values(exampleOf(page, heading).targets);
  if (target === undefined) throw new Error(`${heading} has no target`);
  return { ...target.connection, url };
}
