import { Command, Option } from 'commander';
import { CAUSES } from '../shared/domain/cause.ts';
import { REPORT_FORMATS } from '../shared/domain/leaks/report-formats.ts';
import type { Context, GlobalOptions } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

type Run<Options> = (context: Context, options: Options) => Promise<ExitCode>;

/**
 * The whole command line as data. A command's code is loaded when it runs, so that help costs nothing but this file.
 */
export function createProgram(end: (code: ExitCode) => void): Command {
  const program = new Command('rekey')
    .description(
      'Rotation and revocation of agents’ secrets: cut a leaked class off, re-issue it, prove the old ones dead.',
    )
    .showSuggestionAfterError()
    .enablePositionalOptions()
    // A word too many may be a value that somebody typed where none belongs: it is counted, not repeated.
    .configureOutput({ outputError: (text, write) => write(text.replace(/(but got \d+): .*/s, '$1.\n')) })
    .exitOverride();

  function action<Options>(load: () => Promise<Run<Options>>, names: readonly string[] = []) {
    return async (...received: unknown[]) => {
      const command = received.at(-1) as Command;
      const values = Object.fromEntries(names.map((name, index) => [name, received[index]]));
      const options = { ...command.optsWithGlobals(), ...values } as Options & GlobalOptions;
      const { createContext } = await import('./context.ts');
      const context = await createContext(options);
      const run = await load();
      end(await run(context, options));
    };
  }

  program
    .command('init')
    .description('write a commented rekey.yaml')
    .action(action(async () => (await import('./commands/init.ts')).init));

  program
    .command('apply')
    .description('show what rekey.yaml changes in the registry, then change it; never rotates')
    .option('--yes', 'do not ask')
    .option('--remove', 'also remove what is no longer in the file')
    .action(action(async () => (await import('./commands/apply.ts')).apply));

  program
    .command('import')
    .description('first values, as JSON lines {"ref", "value"}, from a file or standard input')
    .argument('[file]', 'of mode 0600; standard input when left out')
    .action(action(async () => (await import('./commands/import.ts')).importValues, ['file']));

  program
    .command('status')
    .description('classes, incidents, targets, or one secret')
    .argument('[ref]')
    .action(action(async () => (await import('./commands/status.ts')).status, ['ref']));

  program
    .command('schedule')
    .description('what rotates by itself in the coming days, or why one secret does or does not')
    .option('--days <count>', 'how many days', '14')
    .option('--explain <ref>', 'this secret alone')
    .action(action(async () => (await import('./commands/schedule.ts')).schedule));

  program
    .command('break-glass')
    .description('cut a class off, re-issue every secret in it, prove each old credential dead')
    .option('--class <name>', 'the class')
    .option('--tenant <name>', 'only this tenant of it')
    .option('--target <id>', 'only this target of it')
    .option('--secret <ref>', 'only this secret of it')
    .addOption(new Option('--cause <cause>', 'what happened: it decides the containment').choices(CAUSES))
    .option('--since <when>', 'when it leaked: a time (ISO 8601) or an age (2h)')
    .option('--principal <name>', 'whose reading is compromised; left out of the re-opening')
    .option('--case <case>', 'the case that it is about: its history says so')
    .addOption(
      new Option('--cut <when>', 'switch every credential off first, also for values-leaked').choices([
        'now',
      ]),
    )
    .option('--yes', 'confirm the plan that --plan-hash names without asking')
    .option('--plan-hash <hash>', 'the plan that was looked at')
    .option('--plan', 'show the plan and its hash, do nothing')
    .action(action(async () => (await import('./commands/break-glass.ts')).breakGlass));

  program
    .command('fence')
    .description('close a class with your own AWS rights where Rekey does not answer; else break-glass')
    .option('--direct', 'around Rekey: its keys switched off, by kms:DisableKey')
    .option('--class <name>', 'the class')
    .option('--all-readers', 'also refuse all readers of the stage, of every class')
    .option('--cut', 'also switch the class’s credentials off at their targets, from this machine')
    .option(
      '--admins <file>',
      'passwords of the targets’ admins, JSON lines {"ref", "value"}, of mode 0600; else asked',
    )
    .option('--yes', 'do not ask')
    .action(action(async () => (await import('./commands/fence.ts')).fence));

  program
    .command('resume')
    .description('take up again what an incident left unfinished')
    .argument('<incident>')
    .action(action(async () => (await import('./commands/resume.ts')).resume, ['incident']));

  program
    .command('brake')
    .description('slow or stop the re-issue of a class, or let it go on; containment is never braked')
    .requiredOption('--class <name>', 'the class')
    .option('--stop', 'no further secret is begun; what has begun goes on to its end')
    .option('--slow <rate>', 'secrets that are begun a second or a minute: 2/s, 30/m')
    .option('--release', 'it goes on')
    .action(action(async () => (await import('./commands/brake.ts')).brake));

  for (const [name, description] of [
    ['freeze', 'let no secret be rotated by itself, of a class or at all; break-glass is never frozen'],
    ['unfreeze', 'let them go on; what of the class has failed is forgiven'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .option('--class <name>', 'the class; everything when left out')
      .option('--reason <text>', 'why, for the audit and for whoever wonders')
      .action(action(async () => (await import('./commands/freeze.ts'))[name]));
  }

  program
    .command('serve')
    .description('on one machine: schedule, workers, Slack’s endpoint and health in one process')
    .option('--host <address>', 'what it listens on; TLS is for whatever stands before it', '127.0.0.1')
    .option('--port <number>', 'a free one with 0', '8437')
    .action(action(async () => (await import('./commands/serve.ts')).serve));

  program
    .command('rollback')
    .description('make the version before the current one current again, while its grace lasts')
    .argument('<ref>', 'the secret')
    .requiredOption('--reason <text>', 'why, for the audit and for whoever wonders')
    .action(action(async () => (await import('./commands/roll-back.ts')).rollBack, ['ref']));

  program
    .command('rotate')
    .description('show what a rotation would do, and request it of the people who approve')
    .argument('[refs...]', 'secrets of one class')
    .option('--class <name>', 'the class')
    .option('--tenant <name>', 'only this tenant of it')
    .option('--target <id>', 'only this target of it')
    .option('--not-before <time>', 'begin no sooner, also if approved before: 2026-11-24T22:00:00+01:00')
    .option('--reason <text>', 'why, for those who approve and for the audit')
    .option('--case <case>', 'the case that it is about: its history says so')
    .option('--yes', 'request the plan that --plan-hash names without asking')
    .option('--plan-hash <hash>', 'the plan that was looked at')
    .option('--plan', 'show the plan and its hash, do nothing')
    .action(action(async () => (await import('./commands/rotate.ts')).rotate, ['refs']));

  const request = program.command('request').description('requests for rotations');
  request
    .command('list')
    .description('all of them')
    .action(action(async () => (await import('./commands/request.ts')).listRequests));
  request
    .command('show')
    .description('one request with its plan')
    .argument('<request>')
    .action(action(async () => (await import('./commands/request.ts')).showRequest, ['request']));

  for (const [name, description] of [
    ['approve', 'say yes to another person’s request'],
    ['deny', 'say no to it: one no ends it'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('<request>')
      .option(
        '--key <file>',
        'your private SSH key (or its .pub, for an agent); on AWS whoever signs the call',
      )
      .addOption(
        new Option('--reason <text>', 'why, for the requester and for the audit').makeOptionMandatory(
          name === 'deny',
        ),
      )
      .option('--yes', 'decide on the plan that --plan-hash names without asking')
      .option('--plan-hash <hash>', 'the plan that was looked at')
      .action(action(async () => (await import('./commands/decide.ts'))[name], ['request']));
  }

  program
    .command('cancel')
    .description('withdraw your own request, as long as it has not begun')
    .argument('<request>')
    .action(action(async () => (await import('./commands/request.ts')).cancel, ['request']));

  for (const [name, description] of [
    ['reopen', 'sign the re-opening of a fenced class; the second signature opens it'],
    ['restore', 'sign the undoing of a cut that was a mistake; the second signature undoes it'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('<incident>')
      .requiredOption('--person <name>', 'who signs, as in rekey.yaml')
      .requiredOption('--key <file>', 'private SSH key of that person (or its .pub, for an agent)')
      .action(action(async () => (await import('./commands/sign.ts'))[name], ['incident']));
  }

  program
    .command('watch')
    .description('live progress of an incident')
    .argument('[incident]', 'the newest when left out')
    .action(action(async () => (await import('./commands/watch.ts')).watch, ['incident']));

  const incident = program.command('incident').description('incidents and their packets');
  incident
    .command('list')
    .description('all of them')
    .action(action(async () => (await import('./commands/incident.ts')).listIncidents));
  incident
    .command('show')
    .description('one incident')
    .argument('<incident>')
    .action(action(async () => (await import('./commands/incident.ts')).showIncident, ['incident']));

  const audit = program.command('audit').description('the tamper-evident stream');
  audit
    .command('tail')
    .description('the newest entries')
    .option('-n <count>', 'how many', '20')
    .option('--follow', 'and the coming ones')
    .action(action(async () => (await import('./commands/audit.ts')).tail));
  audit
    .command('search')
    .description('the entries that answer all of it, the newest of them')
    .option('--action <name...>', 'what was done: read, change, finding, revoke, …')
    .option('--outcome <name...>', 'success, denied or error')
    .option('--principal <name>', 'who: user, agent, workflow, run, session or source identity')
    .option('--ref <ref>', 'the secret; the beginning of several where it ends in /')
    .option('--class <name>', 'the class')
    .option('--address <address>', 'network identity; the beginning of several where it ends in . or :')
    .option('--operation <id>', 'the incident or rotation')
    .option('--rule <name...>', 'findings of these rules')
    .option('--reason <text>', 'words of the reason, or of a finding')
    .option('--since <when>', 'a time (ISO 8601) or an age (2h)')
    .option('--until <when>', 'a time (ISO 8601) or an age (2h)')
    .option('-n <count>', 'how many', '50')
    .action(action(async () => (await import('./commands/audit.ts')).search));
  audit
    .command('export')
    .description('the whole chain with a signed trailer, as JSON lines; or a copy for a SIEM')
    .addOption(
      new Option('--format <name>', 'events of OCSF 1.8.0, class 6003, without a trailer').choices(['ocsf']),
    )
    .option('--out <file>', 'a file instead of standard output')
    .option('--checkpoint <file>', 'also write a signed checkpoint of the head')
    .option('--public-key <file>', 'also write the public key (PEM) that verifies it')
    .action(action(async () => (await import('./commands/audit.ts')).exportAudit));
  audit
    .command('forget')
    .description('destroy the key of a person’s pseudonym; two people say so, and the chain is as it was')
    .argument('<person>', 'as the audit has the name, or the pseudonym')
    .option('--reason <text>', 'why, for the audit; without the name')
    .option('--key <file>', 'your private SSH key (or its .pub, for an agent); on AWS whoever signs the call')
    .option('--yes', 'confirm the plan that --plan-hash names without asking')
    .option('--plan-hash <hash>', 'the plan that was looked at')
    .option('--plan', 'show the plan and its hash, do nothing')
    .action(action(async () => (await import('./commands/audit-forget.ts')).forget, ['person']));
  audit
    .command('verify')
    .description('check an export or an archive alone, on any machine; names the first bad entry')
    .argument('[file]', 'an export')
    .option('--archive <place>', 'instead of it an archive: s3://BUCKET, or a folder that holds a copy')
    .requiredOption('--key <key>', 'the public key: a file (PEM), or the ARN of the KMS key that signs')
    .option('--expect <checkpoint>', 'a checkpoint that it must reach')
    .option('--canonical', 'also see that each line is in canonical form')
    .action(action(async () => (await import('./commands/audit.ts')).verify, ['file']));

  audit
    .command('import')
    .description('take in what other logs tell of reads, as JSON lines; told again it changes nothing')
    .argument('[files...]', 'plain or gzipped; standard input when left out')
    .addOption(
      new Option('--format <format>', 'reads as docs/audit.md has them, or records of AWS’s trail')
        .choices(['read', 'cloudtrail'])
        .default('read'),
    )
    .action(action(async () => (await import('./commands/audit-import.ts')).importReads, ['files']));

  program
    .command('cases')
    .description('what was noticed and nobody has closed yet')
    .option('--all', 'closed ones as well')
    .action(action(async () => (await import('./commands/cases.ts')).listCases));
  const oneCase = program.command('case').description('one case');
  oneCase
    .command('show')
    .description('its findings, their evidence, and what comes next')
    .argument('<case>')
    .action(action(async () => (await import('./commands/cases.ts')).showCase, ['caseId']));
  oneCase
    .command('assign')
    .description('into somebody’s hands')
    .argument('<case>')
    .option('--to <name>', 'yours when left out')
    .action(action(async () => (await import('./commands/cases.ts')).assign, ['caseId']));
  oneCase
    .command('close')
    .description('say what it was; what is noticed afterwards opens another')
    .argument('<case>')
    .requiredOption('--reason <text>', 'what it was')
    .action(action(async () => (await import('./commands/cases.ts')).close, ['caseId']));

  const quarantine = program
    .command('quarantine')
    .description('refuse one principal every secret; two people lift it')
    .option('--principal <name>', 'who')
    .option('--case <case>', 'the case that it is about')
    .option('--reason <text>', 'why, for the audit and for whoever lifts it')
    .option('--yes', 'confirm the plan that --plan-hash names without asking')
    .option('--plan-hash <hash>', 'the plan that was looked at')
    .option('--plan', 'show the plan and its hash, do nothing')
    .action(action(async () => (await import('./commands/quarantine.ts')).quarantine));
  quarantine
    .command('list')
    .description('those that stand')
    .action(action(async () => (await import('./commands/quarantine.ts')).listStanding));
  quarantine
    .command('show')
    .description('one, with each layer as it was seen')
    .argument('<quarantine>')
    .action(action(async () => (await import('./commands/quarantine.ts')).showQuarantine, ['quarantine']));
  quarantine
    .command('lift')
    .description('say that it may be lifted; the second who says so lifts it')
    .argument('<quarantine>')
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--key <file>', 'your private SSH key (or its .pub, for an agent); on AWS whoever signs the call')
    .action(action(async () => (await import('./commands/quarantine.ts')).lift, ['quarantine']));

  const detectors = program.command('detectors').description('what is noticed of who reads what');
  detectors
    .command('list')
    .description('each rule with its mode and figures, as they are enrolled')
    .action(action(async () => (await import('./commands/detectors.ts')).listDetectors));
  detectors
    .command('backtest')
    .description('what the rules of rekey.yaml would have found, beside the enrolled ones; changes nothing')
    .option('--file <files...>', 'records of a trail, plain or gzipped')
    .option('--since <when>', 'what the audit has kept since a time (ISO 8601) or an age (90d)')
    .action(action(async () => (await import('./commands/detectors.ts')).backtest));

  audit
    .command('reconcile')
    .description('compare a trail’s files with the audit: reads that are in one of them alone are findings')
    .requiredOption('--trail <folder>', 'AWS’s trail, as it lies in its bucket')
    .option('--since <when>', 'a time (ISO 8601) or an age', '3h')
    .action(action(async () => (await import('./commands/audit-reconcile.ts')).reconcile));

  const letters = program.command('dead-letters').description('what the audit could not take in');
  letters
    .command('list')
    .description('records that were not understood, the oldest first')
    .option('--denied', 'instead of them the denied reads that made a finding')
    .option('-n <count>', 'how many', '20')
    .action(action(async () => (await import('./commands/dead-letters.ts')).listLetters));
  letters
    .command('replay')
    .description('read them once more: what is understood now goes into the audit')
    .action(action(async () => (await import('./commands/dead-letters.ts')).replayLetters));
  letters
    .command('drop')
    .description('take them out for good; the audit keeps who did and why')
    .argument('<ids...>')
    .requiredOption('--reason <text>', 'why')
    .action(action(async () => (await import('./commands/dead-letters.ts')).dropLetters, ['ids']));

  program
    .command('report')
    .description('who read what, findings, cases and ages: one page that needs no network')
    .option('--out <file>', 'where it is written', 'rekey-report.html')
    .option('--since <when>', 'a time (ISO 8601) or an age', '30d')
    .action(action(async () => (await import('./commands/report.ts')).report));

  const secret = program.command('secret').description('single secrets');
  secret
    .command('put')
    .description('a value from standard input, never an argument')
    .argument('<ref>')
    .action(action(async () => (await import('./commands/secret-put.ts')).secretPut, ['ref']));

  const leaks = program.command('leaks').description('values that were found where they should not be');
  leaks
    .command('import')
    .description('a scanner’s report: whose values it found; proposes an incident for those that are alive')
    .argument('[file]', 'standard input when left out')
    .addOption(new Option('--format <name>', 'of the report (default: as it looks)').choices(REPORT_FORMATS))
    .option('--root <folder>', 'what the report’s paths are below (default: the report’s own folder)')
    .action(action(async () => (await import('./commands/leaks.ts')).importLeaks, ['file']));
  leaks
    .command('list')
    .description('all of them, with what became of each')
    .action(action(async () => (await import('./commands/leaks.ts')).listLeaks));

  program
    .command('scan')
    .description('lines from standard input to standard output, with what is secret in them replaced')
    .requiredOption('--stdin', 'nothing else is scanned')
    .action(action(async () => (await import('./commands/scan.ts')).scan));

  const rotator = program.command('rotator').description('kinds of credentials');
  rotator
    .command('test')
    .description('run what every kind keeps against a target of yours, in throw-away accounts')
    .argument('<kind>')
    .requiredOption('--target <id>', 'as in rekey.yaml')
    .option('--account <key=value...>', 'one that is for throwing away, where none can be made')
    .option('--admins <file>', 'password of the target’s admin, JSON lines {"ref", "value"}, of mode 0600')
    .action(action(async () => (await import('./commands/rotator-test.ts')).rotatorTest, ['kind']));

  program
    .command('exec')
    .description('run a command with secrets in its environment; nothing prints them')
    .requiredOption('--ref <NAME=ref...>', 'variable and reference')
    .option('--agent <name>', 'for which agent, as the audit then says beside who it is')
    .option('--workflow <id>', 'in which workflow of its')
    .option('--run <id>', 'in which run')
    .argument('<command...>')
    .passThroughOptions()
    .action(action(async () => (await import('./commands/exec.ts')).exec, ['command']));

  program
    .command('confirm')
    .description('for a consumer: it uses the version that it was told of')
    .argument('<id>', 'the confirmation’s, as it was told')
    .requiredOption('--token-stdin', 'the token that it was told with, from standard input')
    .action(action(async () => (await import('./commands/confirm.ts')).confirm, ['id']));

  program
    .command('doctor')
    .description('look whether everything that an incident needs is in order')
    .option('--live', 'in the account: the time to deny, measured with a canary, and what only AWS can show')
    .action(action(async () => (await import('./commands/doctor.ts')).doctor));

  program
    .command('explain')
    .description('draw a workflow from its own file, as Mermaid')
    .argument('<workflow>', 'break-glass')
    .action(action(async () => (await import('./commands/explain.ts')).explain, ['workflow']));

  for (const command of [program, quarantine, ...leavesOf(program)]) {
    for (const [flags, description] of OF_EVERY_COMMAND) command.option(flags, description);
  }
  return program;
}

/** Options of every command stand before or after its name. */
const OF_EVERY_COMMAND = [
  ['--config <file>', 'configuration file (default: the nearest rekey.yaml)'],
  ['--json', 'data for scripts on standard output'],
  ['--stage <name>', 'a deployment on AWS, instead of this machine’s own state'],
  ['--profile <name>', 'whose AWS session signs'],
  ['--region <name>', 'where the stage is'],
  ['--context <name>', 'a deployment that contexts.yaml names'],
] as const;

function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length === 0 ? [child] : leavesOf(child)));
}
