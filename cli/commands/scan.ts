import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describeError } from '../../local/describe-error.ts';
import { pathsIn } from '../../local/home.ts';
import { openState, type State } from '../../local/state.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { createRedactor } from '../../shared/domain/leaks/redactor.ts';
import { reportScanned, Scanned, type Tally } from '../../shared/driver/leaks/scanned.ts';
import { standingFingerprints } from '../../shared/driver/leaks/standing-fingerprints.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const LOG = 'standard input';

/** How either end says that there is no more of it. */
const OVER: ReadonlySet<string | undefined> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'EPIPE']);

/** A log's lines, passed on with what is secret in them replaced, and never what it was said. */
export async function scan(context: Context, _options: object): Promise<ExitCode> {
  if (context.deployment !== null) throw notHere();
  if (!existsSync(pathsIn(context.home).database)) throw noState(context.home);
  const state = openState(context.home);
  const scanned = new Scanned();
  try {
    await passThrough(context, state, scanned);
    await tell(context, state, scanned.all());
  } finally {
    state.close();
  }
  return EXIT.done;
}

async function passThrough(context: Context, { services }: State, scanned: Scanned): Promise<void> {
  const out: Uint8Array[] = [];
  const fingerprints = await standingFingerprints(services, (error) =>
    context.say(
      `rekey scan: what is put from now on is not known here, until the state answers: ${describeError(error)}`,
    ),
  );
  const redactor = createRedactor({
    matcher: await fingerprints(),
    pass: (bytes) => out.push(bytes),
    replaced: (what) => scanned.note(what),
  });
  // Whoever writes is interrupted with us: what he has written still goes through.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const stop = () => process.stdin.destroy();
  process.on('SIGTERM', stop);
  // Nobody reads any further: what was found is said all the same.
  process.stdout.on('error', stop);
  try {
    await untilOver(async () => {
      for await (const chunk of process.stdin) {
        redactor.use(await fingerprints());
        redactor.push(chunk as Uint8Array);
        await write(out);
      }
    });
    redactor.end();
    if (process.stdout.writable) await untilOver(() => write(out));
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', stop);
  }
}

async function untilOver(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!OVER.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}

async function write(out: Uint8Array[]): Promise<void> {
  if (out.length === 0) return;
  const bytes = Buffer.concat(out);
  out.length = 0;
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

async function tell(context: Context, { services }: State, tallies: readonly Tally[]): Promise<void> {
  const ours = tallies.filter(({ rule }) => rule === undefined);
  const by = { user: context.user, source: `local:${process.pid}` };
  const { proposed } = await reportScanned(services, LOG, ours, by);
  if (context.json) {
    context.say(JSON.stringify({ replaced: tallies, proposed }));
    return;
  }
  for (const { ref, versionId, rule, count, lines } of tallies) {
    const what = rule === undefined ? `${ref} version ${versionId?.slice(0, 8)}` : `by rule ${rule}`;
    context.say(
      `rekey scan: ${count} replaced, ${what} (${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}${lines.length < count ? ', …' : ''})`,
    );
  }
  for (const { refs, reason, command } of proposed) {
    context.say(`rekey scan: ${refs.join(', ')}: ${reason ?? 'a break-glass is proposed'}`);
    context.say(`  ${command}`);
  }
}

function notHere(): RekeyError {
  return new RekeyError({
    code: 'scan-here',
    family: 'Validation',
    message: 'a deployment scans its own logs (ScanLogs): this command is for one machine',
    safe: 'No line was passed on.',
    next: ['rekey scan --stdin, without --stage and --context'],
  });
}

function noState(home: string): RekeyError {
  return new RekeyError({
    code: 'state-missing',
    family: 'NotFound',
    message: `there is no state in ${home}`,
    safe: 'No line was passed on.',
    next: ['rekey init', 'rekey apply'],
  });
}
