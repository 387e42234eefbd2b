import { type Act, REACH, type Rule } from '../detect/rule.ts';
import { suggestNearest } from '../nearest.ts';
import type { Add } from './add-mistake.ts';
import { Detection } from './detection.ts';

/** What of `detection:` cannot be, though each word of it could. What is of another shape is not looked at. */
export function checkDetection(
  written: unknown,
  { classes, add }: { readonly classes: readonly string[]; readonly add: Add },
): void {
  const parsed = Detection.safeParse(written);
  if (!parsed.success) return;
  const { calendars, readers, hours, rules, suppressions } = parsed.data;
  const at = (...path: readonly PropertyKey[]) => ['detection', ...path];
  const expect = (
    path: readonly PropertyKey[],
    what: string,
    word: string,
    known: readonly string[],
    key = false,
  ) => {
    if (known.includes(word)) return;
    const nearest = suggestNearest(word, known);
    const meant = nearest === null ? '' : ` (did you mean "${nearest}"?)`;
    add(path, 'undefined', `there is no ${what} "${word}"${meant}`, key);
  };
  const named = Object.keys(calendars);
  const groups = readers.flatMap(({ group }) => group ?? []);
  for (const [name, { from, to }] of Object.entries(calendars)) {
    if (from === to)
      add(
        at('calendars', name),
        'hours-empty',
        'nobody ever works: it ends as it begins (a whole day is 00:00 to 24:00)',
      );
  }
  for (const [index, { calendar }] of readers.entries())
    if (calendar !== undefined) expect(at('readers', index, 'calendar'), 'calendar', calendar, named);
  for (const [name, calendar] of Object.entries(hours.classes)) {
    expect(at('hours', 'classes', name), 'class', name, classes, true);
    expect(at('hours', 'classes', name), 'calendar', calendar, named);
  }
  for (const [name, calendar] of Object.entries(hours.groups)) {
    expect(at('hours', 'groups', name), 'group of readers', name, groups, true);
    expect(at('hours', 'groups', name), 'calendar', calendar, named);
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule === undefined) continue;
    const { mode, alone } = rule as {
      readonly mode: string;
      readonly alone?: { readonly do: Act };
    };
    if (mode === 'act' && alone === undefined)
      add(at('rules', name, 'mode'), 'act-on-nothing', 'alone is missing: it says what the rule may do');
    if (mode !== 'act' && alone !== undefined)
      add(
        at('rules', name, 'alone'),
        'act-switched-off',
        `the rule does nothing by itself with mode ${mode}: act switches it on`,
      );
    const can = REACH[name as Rule];
    if (alone !== undefined && !can.includes(alone.do))
      add(
        at('rules', name, 'alone'),
        'act-out-of-reach',
        `what ${name} finds is about no one ${alone.do === 'rotate' ? 'secret that a new value helps' : 'principal'}: it can ${can.join(' or ') || 'do nothing'} by itself`,
      );
  }
  for (const [index, { principal, ref }] of suppressions.entries()) {
    if (principal === undefined && ref === undefined)
      add(
        at('suppressions', index),
        'suppresses-all',
        'principal or ref is missing: a whole rule is not suppressed',
      );
  }
}
