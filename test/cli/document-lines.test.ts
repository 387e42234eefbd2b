import { describe, expect, test } from 'vitest';
import { DocumentLines, type Held } from '../../cli/document-lines.ts';

function heldIn(...lines: readonly string[]): Held[] {
  const documents = new DocumentLines();
  return [...lines.flatMap((line) => documents.take(line)), ...documents.end()];
}

const documents = (...all: readonly unknown[]): Held[] => all.map((document) => ({ document }));
const RECORDS = { Records: [{ eventID: 'a', of: { x: [1] } }, { eventID: 'b' }] };

describe('[1.4] records, one a line', () => {
  test('are taken as they come', () => {
    expect(heldIn('{"a":1}', '', '{"a":2}', '[3]')).toEqual(documents({ a: 1 }, { a: 2 }, [3]));
  });

  test.each(['{', '[', '{"Records": [', '{"a":', '{"a":1', 'nonsense', '{"a":"}'])(
    'a line that is %s costs itself alone',
    (poison) => {
      const held = heldIn('{"a":1}', poison, '{"a":2}', '{"a":3}', '{"a":4}');
      expect(held).toEqual([
        { document: { a: 1 } },
        { unread: poison },
        ...documents({ a: 2 }, { a: 3 }, { a: 4 }),
      ]);
    },
  );

  test.each(['{', '[', '{"Records": [', '{"a":1'])('so does %s before the last of them', (poison) => {
    expect(heldIn(poison, '{"a":2}')).toEqual([{ unread: poison }, { document: { a: 2 } }]);
  });

  test('and holds nothing up: the record after the next one is there when it comes', () => {
    const lines = new DocumentLines();
    for (const poison of ['{', '{"Records": [']) {
      expect(lines.take(poison)).toEqual([]);
      const held = [...lines.take('{"a":2}'), ...lines.take('{"a":3}')];
      expect(held).toEqual([{ unread: poison }, ...documents({ a: 2 }, { a: 3 })]);
    }
  });

  test('several in a row cost themselves', () => {
    expect(heldIn('{', '{', '[', '{"a":2}', '{', '{"a":3}')).toEqual([
      { unread: '{' },
      { unread: '{' },
      { unread: '[' },
      { document: { a: 2 } },
      { unread: '{' },
      { document: { a: 3 } },
    ]);
  });

  test('what was begun over several lines and goes on as something else is one text', () => {
    expect(heldIn('{', '  "eventID": "a",', '  "x": {', '{"a":2}', '{"a":3}')).toEqual([
      { unread: '{\n  "eventID": "a",\n  "x": {' },
      ...documents({ a: 2 }, { a: 3 }),
    ]);
  });
});

describe('[1.4] a document over several lines', () => {
  test('is put together, whatever lines of it look like', () => {
    expect(heldIn(...JSON.stringify(RECORDS, null, 2).split('\n'), '{"a":2}')).toEqual(
      documents(RECORDS, { a: 2 }),
    );
    expect(heldIn('{"Records": [', '{"eventID":"a"},', '{"eventID":"b"}', ']}')).toEqual(
      documents({ Records: [{ eventID: 'a' }, { eventID: 'b' }] }),
    );
  });

  test('is not ended by a bracket in a text', () => {
    const document = { a: '}]{["\\', b: ['}'] };
    expect(heldIn(...JSON.stringify(document, null, 1).split('\n'))).toEqual(documents(document));
  });

  test('that is cut off is one text', () => {
    expect(heldIn('{"Records": [', '{"eventID":"a"},', '{"eventID":')).toEqual([
      { unread: '{"Records": [\n{"eventID":"a"},\n{"eventID":' },
    ]);
  });

  test('that closes and is none is one text, and what follows is taken', () => {
    expect(heldIn('{', '"a" 1', '}', '{"a":2}')).toEqual([{ unread: '{\n"a" 1\n}' }, { document: { a: 2 } }]);
  });
});
