import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { DeploymentName } from './name.ts';

/** Words of a command line that say where the control plane is. */
export interface Whereabouts {
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly context?: string;
}

const SERVICE = 'rekey';

/**
 * The deployment that is meant: `--stage`, else the context of `--context` or `$REKEY_CONTEXT`; null: this machine's own state.
 * `--profile` and `--region` stand before what a context says, and that before `$AWS_PROFILE`.
 */
export async function chooseDeployment(
  words: Whereabouts,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DeploymentName | null> {
  const { stage, profile, region } = words;
  const given = {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
  if (stage !== undefined && words.context !== undefined)
    throw ambiguous('--stage and --context both name a deployment');
  const shell = environment['AWS_PROFILE'];
  const ofShell = shell === undefined || shell === '' ? {} : { profile: shell };
  if (stage !== undefined) return { stage, service: SERVICE, urls: {}, ...ofShell, ...given };
  const context = words.context ?? environment['REKEY_CONTEXT'];
  if (context !== undefined && context !== '') {
    const file = contextsFile(environment);
    const { contextNamed } = await import('./contexts-file.ts');
    return { ...ofShell, ...contextNamed(context, file, textOf(file)), ...given };
  }
  if (Object.keys(given).length > 0)
    throw ambiguous('--profile and --region are of a deployment, and none is named');
  return null;
}

function contextsFile(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['REKEY_CONTEXTS'] ?? join(homedir(), '.config', 'rekey', 'contexts.yaml');
}

/** Null where there is no such file. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new RekeyError({
      code: 'contexts-unreadable',
      family: 'Validation',
      message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      safe: 'Nothing was done.',
      next: ['rekey … --stage STAGE'],
      cause: error,
    });
  }
}

function ambiguous(message: string): RekeyError {
  return new RekeyError({
    code: 'deployment-ambiguous',
    family: 'Validation',
    message,
    safe: 'Nothing was done.',
    next: ['rekey … --stage STAGE', 'rekey … --context NAME'],
  });
}
