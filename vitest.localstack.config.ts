import { defineConfig } from 'vitest/config';

/** What needs LocalStack (`AWS_ENDPOINT_URL`); `npm test` needs none of it. */
export default defineConfig({
  test: {
    include: ['test/localstack/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
