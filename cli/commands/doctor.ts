import { statSync } from 'node:fs';
import { engineRuns } from '../../local/engine/launch.ts';
import { pathsIn } from '../../local/home.ts';
import type { State } from '../../local/state.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { openTarget } from '../../shared/driver/open-target.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Looks at everything that an incident needs, changes nothing. */
export async function doctor(context: Context): Promise<ExitCode> {
  const findings = await withState(context, async (state) => [
    ...keysOf(context.home),
    ...(await peopleOf(state)),
    ...(await targetsOf(state)),
    ...(await secretsOf(state)),
    {
      what: 'engine',
      ok: true,
      detail: engineRuns(context.home) ? 'running' : 'not running; commands start it',
    },
  ]);
  if (context.json) context.print(JSON.stringify(findings));
  else
    for (const { what, ok, detail } of findings) context.print(`${ok ? 'ok  ' : 'BAD '} ${what}: ${detail}`);
  return findings.every((finding) => finding.ok) ? EXIT.done : EXIT.failed;
}

function keysOf(home: string): Finding[] {
  const { rootKey, auditKey } = pathsIn(home);
  return [rootKey, auditKey].flatMap((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const mode = (found.mode & 0o777).toString(8);
    const ok = (found.mode & 0o077) === 0;
    return [{ what: file, ok, detail: ok ? `mode ${mode}` : `mode ${mode}: chmod 600` }];
  });
}

async function peopleOf({ services }: State): Promise<Finding[]> {
  const people = await services.registry.people();
  const signers = people.filter((person) => person.sshKeys.length > 0).length;
  const ok = signers >= 2;
  return [
    { what: 'people', ok, detail: `${signers} can sign${ok ? '' : ': a fenced class takes two to re-open'}` },
  ];
}

async function targetsOf({ services }: State): Promise<Finding[]> {
  const targets = await services.registry.targets();
  return Promise.all(
    targets.map(async (target): Promise<Finding> => {
      try {
        const session = await openTarget(services, target, {
          writer: 'rekey/doctor',
          spare: false,
          signal: AbortSignal.timeout(10_000),
        });
        await session.close();
        return { what: `target ${target.id}`, ok: true, detail: 'its admin credential logs in' };
      } catch (error) {
        if (!(error instanceof RekeyError)) throw error;
        return { what: `target ${target.id}`, ok: false, detail: error.message };
      }
    }),
  );
}

async function secretsOf({ services }: State): Promise<Finding[]> {
  const { secrets } = await services.registry.enrolment();
  const empty = secrets.filter((secret) => secret.currentVersionId === undefined);
  return [
    {
      what: 'secrets',
      ok: empty.length === 0,
      detail:
        empty.length === 0
          ? `${secrets.length} have a value`
          : `${empty.length} have no value, ${empty[0]?.ref} among them: rekey import`,
    },
  ];
}
