#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// What was compiled once is not compiled again: half of a short command's time.
enableCompileCache();
// A diagnostic report that someone asked of Node shows no variables: inside `rekey exec` they hold values.
process.report.excludeEnv = true;
process.once('uncaughtException', (error) => {
  void import('./report-error.ts').then(({ reportError }) =>
    process.exit(reportError(error, process.argv.includes('--json'))),
  );
});
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
