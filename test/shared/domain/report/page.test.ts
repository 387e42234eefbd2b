import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { renderReportHtml } from '../../../../shared/domain/report/page/page.ts';
import type { ReportData } from '../../../../shared/domain/report/report.ts';
import { anEntry } from '../../../contracts/records.ts';
import { aFinding, aReport, NOW_MS } from '../../../support/report-data.ts';

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

/** As a browser reads it. */
function elementsOf(page: string): Element[] {
  const found: Element[] = [];
  const visit = (node: Node): void => {
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) node.childNodes.forEach(visit);
  };
  visit(parse(page));
  return found;
}

const named = (elements: readonly Element[], ...names: string[]) =>
  elements.filter(({ tagName }) => names.includes(tagName));
const attribute = ({ attrs }: Element, name: string) => attrs.find((one) => one.name === name)?.value;

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  if (!('childNodes' in node) || ('tagName' in node && node.tagName === 'style')) return '';
  return node.childNodes.map(textOf).join('');
}
const pageText = (data: ReportData) => textOf(parse(renderReportHtml(data))).replaceAll(/\s+/g, ' ');

test('[7.1] what has to be known first stands first', () => {
  const text = pageText(aReport());
  expect(text).toContain(
    '2 cases are open, the worst critical; 2 values are older than allowed, or of unknown age',
  );
  expect(text).toContain('244 of 246 values');
  expect(text).toContain('99.2 %');
  expect(text).toContain('1 is nobody’s');
});

test('[7.1] nothing open and nothing too old: it says so, and only then', () => {
  const quiet = aReport({ cases: [], ages: [] });
  expect(pageText(quiet)).toContain('No case is open, and every value is young enough');
  expect(pageText(aReport({ cases: [] }))).toContain('No case is open; 2 values are older');
});

test('[7.3] reads, refusals and findings stand over the same time, and in words', () => {
  const data = aReport();
  const strips = named(elementsOf(renderReportHtml(data)), 'svg').filter(
    (svg) => attribute(svg, 'class') === 'strip',
  );
  expect(strips).toHaveLength(8);
  expect(new Set(strips.map((svg) => attribute(svg, 'viewbox') ?? attribute(svg, 'viewBox')))).toEqual(
    new Set([`0 0 ${data.axis.columns} 16`]),
  );
  const labels = strips.map((svg) => attribute(svg, 'aria-label'));
  expect(labels[0]).toBe('Findings over time: 1 critical, 2 high, 1 medium, 1 low');
  expect(labels).toContainEqual(
    expect.stringMatching(/user\/contractor: 0 reads; 61 denied, the first from 2026-11-15 00:00 UTC$/),
  );
});

test('a report of nothing claims nothing', () => {
  const text = pageText(aReport({ findings: [], findingsMore: 0, cases: [], ages: [], incidents: [] }, []));
  for (const said of [
    'No read is on record for this time.',
    'Findings None in this time.',
    'Denied reads None.',
    'No class is enrolled.',
    'Incidents None is on record.',
  ])
    expect(text).toContain(said);
});

test('[7.3] where not all reads were counted, the page says so', () => {
  expect(pageText(aReport({ readsCutAt: 200_000 }))).toContain('The newest 200 000 entries of reads alone');
});

describe('the page needs nothing and runs nothing', () => {
  const elements = elementsOf(renderReportHtml(aReport()));

  test('[4.3] its own policy forbids all but its style', () => {
    const [policy] = named(elements, 'meta').filter(
      (meta) => attribute(meta, 'http-equiv') === 'Content-Security-Policy',
    );
    expect(policy && attribute(policy, 'content')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    );
    // Before anything that it is to hold.
    expect(elements.indexOf(policy as Element)).toBeLessThan(
      elements.findIndex(({ tagName }) => tagName === 'style'),
    );
  });

  test('nothing is loaded, run or sent', () => {
    expect(named(elements, 'script', 'link', 'img', 'iframe', 'object', 'form', 'base', 'embed')).toEqual([]);
    for (const element of elements) {
      expect(attribute(element, 'src')).toBeUndefined();
      expect(attribute(element, 'style') ?? '').not.toContain('url(');
      expect(attribute(element, 'href') ?? '#').toMatch(/^#/);
    }
    expect(renderReportHtml(aReport())).not.toContain('@import');
  });

  test('by keyboard and by ear: a way past, parts that are linked, tables with headers, pictures with words', () => {
    const links = named(elements, 'a').map((link) => attribute(link, 'href') ?? '');
    expect(links[0]).toBe('#content');
    const ids = elements.map((element) => attribute(element, 'id'));
    for (const link of links) expect(ids).toContain(link.slice(1));
    for (const cell of named(elements, 'th')) expect(attribute(cell, 'scope')).toMatch(/^(col|row)$/);
    expect(named(elements, 'thead')).toHaveLength(named(elements, 'table').length);
    for (const svg of named(elements, 'svg'))
      expect(attribute(svg, 'aria-label') ?? attribute(svg, 'aria-hidden')).toBeTruthy();
    for (const bar of elements.filter((element) => attribute(element, 'class') === 'stackbar'))
      expect(attribute(bar, 'aria-label')).toMatch(/\d/);
    const [wide] = elements.filter((element) => attribute(element, 'class') === 'wide');
    expect(wide && attribute(wide, 'tabindex')).toBe('0');
    expect(named(elements, 'h1')).toHaveLength(1);
    expect(attribute(elements[0] as Element, 'lang')).toBe('en');
  });

  test('no severity is a colour alone', () => {
    const chips = elements.filter((element) => attribute(element, 'class')?.startsWith('chip') === true);
    expect(chips.length).toBeGreaterThan(5);
    for (const chip of chips) expect(textOf(chip).trim()).not.toBe('');
  });
});

describe('[6.2] whatever callers call themselves stays their name', () => {
  const HOSTILE = [
    '</style></main><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '<svg/onload=alert(1)>',
    '<!--',
    '&lt;b&gt;&#60;script>',
    '${alert(1)}',
    'javascript:alert(1)',
    'bob\u202etxt.exe',
    'arn:aws:iam::1:<b>x</b>',
    ']]><![CDATA[',
  ];
  /** A report in which a text is everybody's and everything's name. */
  const reportOf = (text: string): ReportData => {
    const entry = anEntry({
      action: 'read',
      atMs: NOW_MS - 1_000,
      actor: { user: text, agent: text },
      source: text,
      ref: text,
      reason: text,
      outcome: 'success',
    });
    const plain = aReport();
    return aReport(
      {
        findings: [aFinding({ principal: text, ref: text, seen: text, unusual: text, next: text, id: text })],
        cases: plain.cases.map((one) => ({ ...one, id: text, owner: text, subject: { principal: text } })),
        incidents: plain.incidents.map((one) => ({ ...one, id: text, className: text, startedBy: text })),
        ages: plain.ages.map((one) => ({ ...one, className: text, oldest: { ref: text, ageMs: 1 } })),
        head: { chain: text, seq: 1, hash: text },
      },
      [entry, { ...entry, outcome: 'denied', id: 'other' }],
    );
  };
  const shape = (text: string) =>
    elementsOf(renderReportHtml(reportOf(text))).map(({ tagName, attrs }) => [
      tagName,
      attrs.map(({ name }) => name).sort(),
    ]);

  test.each(HOSTILE)('%j adds no element and no attribute', (text) => {
    // What stands between an ARN's account and its name, and after a reference's slashes, is our own.
    const ours = (one: unknown[]) => one[0] !== 'wbr' && !(one[0] === 'span');
    expect(shape(text).filter(ours)).toEqual(shape('plain').filter(ours));
  });

  test('and is read as it was written, but for letters that turn the writing', () => {
    const text = pageText(reportOf('</style><b>bob\u202etxt'));
    expect(text).toContain('</style><b>bob\\u{202e}txt');
    expect(text).not.toContain('\u202e');
  });
});
