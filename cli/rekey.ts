#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// What was compiled once is not compiled again: half of a short command's time.
enableCompileCache();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
