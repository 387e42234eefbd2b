import { randomBytes } from 'node:crypto';
import { type DirectFence, directFenceId } from '../../shared/domain/direct-fence.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { rotators } from '../../shared/rotators/rotators.ts';
import type { Context } from '../context.ts';
import { openAwsWay } from '../direct/aws-way.ts';
import { type Book, openBook } from '../direct/book.ts';
import { closeAtAws, isClosed } from '../direct/close-at-aws.ts';
import { type CutAt, cutDirectly } from '../direct/cut.ts';
import { lookAround } from '../direct/look-around.ts';
import { adminsIn, passwordsFor } from '../direct/passwords.ts';
import { placeOf } from '../direct/place.ts';
import { untoldRecords } from '../direct/record.ts';
import { whatToCut } from '../direct/what-to-cut.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { renderDirectFence, renderDirectPlan } from '../screen/direct-fence.ts';

export interface FenceOptions {
  readonly direct?: boolean;
  readonly class?: string;
  readonly allReaders?: boolean;
  readonly cut?: boolean;
  readonly admins?: string;
  readonly yes?: boolean;
}

const TARGETS_AT_ONCE = 16;
/** Wall time: what other clocks are compared with. */
const nowMs = (): number => Date.now();

/** The last resort: closes a class with the caller's own rights, where nothing of Rekey answers. */
export async function fence(context: Context, options: FenceOptions): Promise<ExitCode> {
  const { class: className = '' } = options;
  if (options.direct !== true || className === '') throw onlyDirectly();
  const place = placeOf(context.deployment);
  // Whatever is wrong with what was given is said before anything is closed.
  const toCut = options.cut === true ? whatToCut(context.configFile, className) : null;
  const given = options.admins === undefined ? new Map<string, string>() : adminsIn(options.admins);

  const way = await openAwsWay(place);
  const seen = await lookAround(way, className, options.allReaders === true);
  if (seen.keys.ok && seen.keys.value.length === 0) throw noKey(place.prefix, className, way.region);
  context.show(renderDirectPlan({ className, prefix: place.prefix, region: way.region, seen, toCut }));
  if (toCut === null && isClosed(seen)) {
    context.say('nothing to do: all of it is closed already');
    if (context.json) context.print(JSON.stringify({ closedAlready: true }));
    return EXIT.done;
  }
  if (options.yes !== true) await confirm(context, className);

  const atMs = nowMs();
  const book = openBook(
    context.home,
    {
      v: 1,
      id: directFenceId(atMs, randomBytes(4).toString('hex')),
      prefix: place.prefix,
      className,
      epoch: seen.keys.ok ? (seen.keys.value[0]?.epoch ?? null) : null,
      principal: seen.identity.ok ? seen.identity.value.arn : null,
      user: context.user,
      atMs,
      layers: [],
      cuts: [],
    },
    (why) => context.say(`rekey: ${why}; it goes on all the same`),
  );
  book.layers(await closeAtAws(way, className, seen, nowMs));
  if (toCut !== null) await cutAll(context, toCut.at, given, book);
  return report(context, book);
}

async function cutAll(
  context: Context,
  at: readonly CutAt[],
  given: ReadonlyMap<string, string>,
  book: Book,
): Promise<void> {
  const passwords = await passwordsFor(at, given);
  const { id, prefix } = book.record();
  const earlier = untoldRecords(context.home).flatMap(({ record }) =>
    record !== null && record.prefix === prefix ? record.cuts : [],
  );
  const cutEarlier = new Set<SecretRef>(earlier.flatMap(({ wereOn }) => wereOn));
  await inParallel(at, TARGETS_AT_ONCE, async (one) => {
    const means = { passwords, operation: id, holder: randomBytes(4).toString('hex'), cutEarlier, nowMs };
    book.layers([await cutDirectly(one, { ...means, rotators, note: (cut) => book.cut(cut) })]);
  });
}

function report(context: Context, book: Book): ExitCode {
  const record: DirectFence = book.record();
  context.show(renderDirectFence(record));
  if (context.json) context.print(JSON.stringify(record));
  const file = book.file();
  context.say(
    file === null
      ? 'NOT WRITTEN DOWN here: keep what stands above, the audit has to be told by hand'
      : `written down in ${file}; the audit is told by the next command that reaches Rekey`,
  );
  return file !== null && record.layers.every(({ state }) => state === 'observed') ? EXIT.done : EXIT.failed;
}

async function confirm(context: Context, className: string): Promise<void> {
  const answer = await context.ask('Type the class’s name to close it: ');
  if (answer === className) return;
  throw new RekeyError({
    code: 'not-confirmed',
    family: 'Validation',
    message:
      answer === null ? 'there is no terminal to confirm at: --yes does' : 'that is not the class’s name',
    safe: 'Nothing was changed.',
    next: ['rekey fence --direct … --yes'],
  });
}

function onlyDirectly(): RekeyError {
  return new RekeyError({
    code: 'fence-how',
    family: 'Validation',
    message:
      'fence closes a class around Rekey, with --direct and --class; where Rekey is well, break-glass does it and more',
    safe: 'Nothing was changed.',
    next: ['rekey break-glass --class CLASS', 'rekey fence --direct --stage STAGE --class CLASS'],
  });
}

function noKey(prefix: string, className: string, region: string): RekeyError {
  return new RekeyError({
    code: 'class-has-no-key',
    family: 'Validation',
    message: `KMS in ${region} has no key for class ${className} of ${prefix}`,
    safe: 'Nothing was changed.',
    next: [
      `aws kms list-aliases --query "Aliases[?starts_with(AliasName, 'alias/${prefix}/class/')].AliasName"`,
    ],
  });
}
