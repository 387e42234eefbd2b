import { expect, test } from 'vitest';
import { findServer } from '../../demo/server-process.ts';

test('a server that is missing is named, with the script that installs it', () => {
  expect(() => findServer('not-a-server')).toThrow(
    'not-a-server is missing: demo/install-servers.sh installs it',
  );
});

test('a server is found where Debian keeps it, also without root’s PATH', () => {
  expect(findServer('mariadbd', '/nowhere')).toMatch(/sbin\/mariadbd$/);
});
