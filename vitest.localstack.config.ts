import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/localstack/**/*.test.ts'],
    globalSetup: ['test/localstack/instance.ts'],
    // One instance serves all files, one after the other.
    pool: 'forks',
    maxWorkers: 1,
    // They end what hangs, on a machine several times slower than a developer’s.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
