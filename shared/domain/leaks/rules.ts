/** A shape that secrets of some kind have, for those that are not ours. */
interface Rule {
  /** As gitleaks names it, where it has one like it. */
  readonly id: string;
  /** The group `secret` is what is replaced; where there is none, the whole. */
  readonly pattern: string;
  /** Bits a character that it must have at least: words are poorer than keys. */
  readonly entropy?: number;
}

const END = '(?![A-Za-z0-9_-])';

/** A small set of well-known shapes (gitleaks' default rules), each recognised by a fixed beginning; and one by what stands before. */
const RULES: readonly Rule[] = [
  { id: 'aws-access-token', pattern: `(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}${END}` },
  { id: 'github-pat', pattern: `gh[pousr]_[0-9A-Za-z]{36}${END}` },
  { id: 'github-fine-grained-pat', pattern: `github_pat_\\w{82}${END}` },
  { id: 'gitlab-pat', pattern: `glpat-[\\w-]{20,300}${END}` },
  { id: 'slack-token', pattern: 'xox[abeoprs]-[0-9A-Za-z-]{10,250}' },
  {
    id: 'slack-webhook-url',
    pattern: 'https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,60}',
  },
  { id: 'stripe-access-token', pattern: `(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99}${END}` },
  { id: 'gcp-api-key', pattern: `AIza[\\w-]{35}${END}` },
  { id: 'openai-api-key', pattern: `sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,200}${END}` },
  { id: 'anthropic-api-key', pattern: `sk-ant-[a-z]{3,5}\\d\\d-[\\w-]{80,120}${END}` },
  { id: 'npm-access-token', pattern: `npm_[a-zA-Z0-9]{36}${END}` },
  { id: 'pypi-upload-token', pattern: 'pypi-AgEIcHlwaS5vcmc[\\w-]{50,1000}' },
  { id: 'sendgrid-api-token', pattern: `SG\\.[\\w-]{22}\\.[\\w-]{43}${END}` },
  { id: 'vault-service-token', pattern: `hvs\\.[\\w-]{24,300}${END}` },
  { id: 'digitalocean-pat', pattern: `do[opr]_v1_[a-f0-9]{64}${END}` },
  { id: 'huggingface-access-token', pattern: `hf_[a-zA-Z]{34}${END}` },
  { id: 'databricks-api-token', pattern: `dapi[a-f0-9]{32}${END}` },
  { id: 'jwt', pattern: `ey[a-zA-Z0-9]{17,1000}\\.ey[a-zA-Z0-9/_-]{17,4000}\\.[a-zA-Z0-9/_-]{10,1000}` },
  {
    id: 'private-key',
    pattern: '-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\\s\\S]{64,16384}?-----END',
  },
  {
    id: 'password-in-url',
    pattern: '://[^\\s:/?#@"\'\\\\\\[\\]]{1,64}:(?<secret>[^\\s:/?#@"\'\\\\\\[\\]]{3,256})@',
  },
  {
    id: 'generic-api-key',
    pattern:
      '(?:[Pp]assw(?:or)?d|[Ss]ecret|[Tt]oken|[Aa]pi[_-]?[Kk]ey|PASSW(?:OR)?D|SECRET|TOKEN|API_?KEY|[Aa]ccess[_-]?[Kk]ey|ACCESS_?KEY)[\\w.-]{0,20}[\\\\"\']{0,3}\\s{0,3}(?:=|:|=>|:=)\\s{0,3}[\\\\"\']{0,3}(?<secret>[\\w.+/=-]{10,150})',
    entropy: 3.5,
  },
];

/** Where a private key that has no end yet begins: what follows may belong to it. */
export const PRIVATE_KEY_BEGINS = '-----BEGIN';
export const PRIVATE_KEY_ENDS = '-----END';
export const LONGEST_PRIVATE_KEY = 16_384;

export interface RuleSpan {
  readonly start: number;
  readonly end: number;
  readonly rule: string;
}

const ALL = new RegExp(
  RULES.map(({ pattern }, index) => `(?<r${index}>${pattern.replace('(?<secret>', `(?<s${index}>`)})`).join(
    '|',
  ),
  'dg',
);

/** In a text of which each character is one byte (latin1). */
export function spansOfRules(text: string): RuleSpan[] {
  const spans: RuleSpan[] = [];
  for (const match of text.matchAll(ALL)) {
    const index = RULES.findIndex((_, at) => match.groups?.[`r${at}`] !== undefined);
    const rule = RULES[index];
    const place = match.indices?.groups?.[`s${index}`] ?? match.indices?.[0];
    if (rule === undefined || place === undefined) continue;
    const [start, end] = place;
    if (rule.entropy !== undefined && entropyOf(text.slice(start, end)) < rule.entropy) continue;
    spans.push({ start, end, rule: rule.id });
  }
  return spans;
}

/** Shannon's, in bits a character. */
function entropyOf(text: string): number {
  const counts = Map.groupBy(text, (character) => character);
  return [...counts.values()].reduce((sum, { length }) => {
    const share = length / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
