// What the tests came to: counts, those with injected errors by name, each port's contract on either side, and
// last, where a log's end is what is read, each that failed with what it said.
// node report.mjs NAME=FILE…   (files as Vitest's JSON reporter writes them)
import { readFileSync } from 'node:fs';

const PORT =
  /^(audit archive|audit chain|audit cursor|canary|keys|manifests|packets|plans|registry|signer|store|workers(?! that)|workflows) (.+)$/;

/** Of each failure, so that all of them fit into the end of a log. */
const FAILURE_LINES = 15;

const sums = { passed: 0, failed: 0, skipped: 0 };
const ports = new Map();
const failures = [];
for (const given of process.argv.slice(2)) {
  const [name, file] = given.split('=');
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const tests = report.testResults.flatMap((one) => one.assertionResults);
  const injected = tests.filter(({ fullName }) => fullName.includes('[injected]'));
  console.log(
    `${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed; ${injected.length} of them with errors that were injected${injected.length > 0 ? ':' : ''}`,
  );
  for (const { fullName } of injected) console.log(`  ${fullName}`);
  sums.passed += report.numPassedTests;
  sums.failed += report.numFailedTests;
  sums.skipped += report.numPendingTests + report.numTodoTests;
  // A file that failed before its first test.
  for (const file of report.testResults.filter(({ message }) => message)) {
    failures.push(`${name}: ${file.name}\n${file.message}`);
  }
  for (const { fullName, failureMessages } of tests.filter(({ status }) => status === 'failed')) {
    failures.push(`${name}: ${fullName}\n${failureMessages.join('\n')}`);
  }
  // A hook that failed is its tests' silence here.
  for (const { fullName } of tests.filter(({ status }) => !['passed', 'failed'].includes(status))) {
    failures.push(
      `${name}: ${fullName}\nnot run: what comes before it failed, which its file says above, or it is skipped`,
    );
  }
  for (const { ancestorTitles, status } of tests) {
    const [, port, adapter] = PORT.exec(ancestorTitles[0] ?? '') ?? [];
    if (port === undefined || status !== 'passed') continue;
    const adapters = ports.get(port) ?? new Map();
    ports.set(port, adapters.set(adapter, (adapters.get(adapter) ?? 0) + 1));
  }
}
console.log('contracts, passed:');
for (const [port, adapters] of [...ports].sort(([one], [other]) => one.localeCompare(other))) {
  const counts = [...adapters].map(([adapter, count]) => `${count} ${adapter}`);
  console.log(`  ${port}: ${counts.join(' · ')}`);
  if (new Set(adapters.values()).size > 1) {
    console.log(`  ${port}: the counts differ`);
    process.exitCode = 1;
  }
}
const shown = (failure) => failure.split('\n').slice(0, FAILURE_LINES).join('\n  ');
if (failures.length > 0) process.exitCode = 1;
for (const failure of failures) console.log(`failed: ${shown(failure)}`);
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
