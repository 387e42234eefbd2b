import { existsSync, readFileSync } from 'node:fs';
import { applyEnrolment } from '../../functions/apply-enrolment/handler.ts';
import { compareEnrolment } from '../../functions/compare-enrolment/handler.ts';
import type { Change } from '../../shared/domain/config/difference.ts';
import { formatMistakes, parseConfig } from '../../shared/domain/config/parse.ts';
import { toRecords, type Wanted } from '../../shared/domain/config/records.ts';
import type { ConfigFile } from '../../shared/domain/config/schema.ts';
import type { World } from '../../shared/domain/consumer.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { gapWarnings } from '../../shared/domain/schedule/warnings.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import { rotators } from '../../shared/rotators/rotators.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withFace } from '../with-face.ts';

const MOST_LINES = 40;

/** Shows the difference, asks, then enrols. Never rotates; removes only what it is told to. */
export async function apply(
  context: Context,
  options: { readonly yes?: boolean; readonly remove?: boolean },
): Promise<ExitCode> {
  const wanted = toRecords(
    readConfig(context.configFile, context.deployment === null ? 'one-machine' : 'aws'),
  );
  const remove = options.remove === true;
  return withFace(
    context,
    async (face) => {
      const { changes, kept, hash, warnings } = await face.call(compareEnrolment, { wanted, remove });
      show(context, changes, kept);
      for (const warning of [...warnings, ...gapWarnings(changes, wanted, gapOf(wanted))]) {
        context.say(`warning: ${warning}`);
      }
      if (changes.length > 0 && options.yes !== true && (await context.ask('Apply? (yes) ')) !== 'yes') {
        throw new RekeyError({
          code: 'not-confirmed',
          family: 'Validation',
          message: 'not confirmed',
          safe: 'Nothing was applied.',
          next: ['rekey apply --yes'],
        });
      }
      const result = await face.call(applyEnrolment, { wanted, remove, hash });
      if (context.json) context.print(JSON.stringify(result));
      else context.print(`added ${result.added}, changed ${result.changed}, removed ${result.removed}`);
      return EXIT.done;
    },
    { create: true },
  );
}

export function readConfig(file: string, world?: World): ConfigFile {
  if (!existsSync(file)) {
    throw new RekeyError({
      code: 'config-missing',
      family: 'NotFound',
      message: `there is no ${file}`,
      safe: 'Nothing was changed.',
      next: ['rekey init'],
    });
  }
  const parsed = parseConfig(readFileSync(file, 'utf8'), rotators, world);
  if (parsed.ok) return parsed.config;
  throw new RekeyError({
    code: 'config-mistakes',
    family: 'Validation',
    message: formatMistakes(file, parsed.mistakes),
    safe: 'Nothing was applied.',
    next: ['rekey apply, with each line mended'],
  });
}

/** Null where the account holds two credentials at once. */
function gapOf({ targets }: Pick<Wanted, 'targets'>): (secret: SecretRecord) => string | null {
  const connections = new Map(targets.map(({ id, connection }) => [id, connection]));
  return ({ kind, account, target }) => {
    const known = rotators[kind];
    return known?.strategy(account, connections.get(target)) === 'replace' ? known.gap : null;
  };
}

function show(context: Context, changes: readonly Change[], kept: readonly Change[]): void {
  if (changes.length === 0) context.say('rekey.yaml and the registry agree');
  const sign = { add: '+', change: '~', remove: '-' } as const;
  for (const { family, name, kind, fields } of changes.slice(0, MOST_LINES)) {
    const moved =
      family === 'secrets' &&
      fields.some((field) => field.startsWith('className') || field.startsWith('tenant'));
    context.say(`${sign[kind]} ${family} ${name}${moved ? '  (MOVES to another class or tenant)' : ''}`);
    for (const field of fields) context.say(`    ${field}`);
  }
  if (changes.length > MOST_LINES) context.say(`  and ${changes.length - MOST_LINES} more`);
  if (kept.length > 0) {
    context.say(
      `no longer in the file, kept until --remove: ${kept
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ')}${kept.length > 5 ? ', …' : ''}`,
    );
  }
}
