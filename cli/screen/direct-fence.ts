import type { DirectFence } from '../../shared/domain/direct-fence.ts';
import type { CutAt } from '../direct/cut.ts';
import type { Seen } from '../direct/look-around.ts';
import { onOneLine } from './seen.ts';

/** What a direct fence is about to do, as far as it could be seen. */
export interface DirectPlan {
  readonly className: string;
  readonly prefix: string;
  readonly region: string;
  readonly seen: Seen;
  /** Null: not asked for. */
  readonly toCut: { readonly at: readonly CutAt[]; readonly byHand: number } | null;
}

/** Read at three in the morning: what closes, what that breaks, and how it is lifted. */
export function renderDirectPlan({ className, prefix, region, seen, toCut }: DirectPlan): string {
  const who = seen.identity.ok
    ? seen.identity.value.arn
    : `whom AWS does not tell: ${seen.identity.error.message}`;
  return [
    `Direct fence on class ${className} of ${prefix} in ${region}, as ${who}`,
    ...keyLines(seen.keys),
    '              every use under a key that is off stops, Rekey’s own too: no read, no re-issue under it, no proof',
    ...(seen.readers === null ? [] : readerLines(seen.readers)),
    ...(toCut === null ? [] : cutLines(toCut)),
    `  stays       what was read before works until its target refuses it${toCut === null ? ': --cut does that from here' : ''}`,
    `  lifting     once Rekey is well: rekey break-glass --class ${className} --cause unknown (docs/runbooks/direct-fence.md)`,
  ]
    .map(onOneLine)
    .join('\n');
}

function keyLines(keys: Seen['keys']): string[] {
  if (!keys.ok) return [`  keys        NOT SEEN, asked again when you confirm: ${keys.error.message}`];
  return keys.value.map(({ epoch, keyId, state }) =>
    state === 'Disabled' || state === 'PendingDeletion'
      ? `  key         epoch ${epoch}, ${keyId}: ${state} already`
      : `  key         epoch ${epoch}, ${keyId}: ${state}, SWITCHED OFF`,
  );
}

function readerLines(readers: NonNullable<Seen['readers']>): string[] {
  if (!readers.ok) return [`  readers     NOT SEEN, asked again when you confirm: ${readers.error.message}`];
  const { arn, closed, openingVersion = 'VERSION' } = readers.value;
  return [
    `  readers     ${closed ? 'all readers of the stage are fenced already' : 'ALL READERS OF THE STAGE ARE REFUSED, of every class'}`,
    `              lifted by: aws iam set-default-policy-version --policy-arn ${arn} --version-id ${openingVersion}`,
  ];
}

function cutLines({ at, byHand }: NonNullable<DirectPlan['toCut']>): string[] {
  return [
    ...at.map(
      ({ target, secrets }) =>
        `  logins      ${secrets.length} at ${target.id} REFUSED, their sessions ended`,
    ),
    ...(byHand === 0 ? [] : [`  BY HAND     ${byHand} that no target here accepts: replace at the issuer`]),
  ];
}

const SAID = { observed: 'observed', asked: 'ASKED, not observed', 'not-reached': 'NOT REACHED' } as const;

/** What it came to, layer by layer; then what nobody could see from here. */
export function renderDirectFence({ className, layers }: DirectFence): string {
  return [
    `class ${className}:`,
    ...layers.map(
      ({ layer, name, state, atMs, detail }) =>
        `  ${layer} ${name}: ${SAID[state]} at ${new Date(atMs).toISOString()}: ${detail}`,
    ),
    '  whether a reader is refused: ASKED, not observed: nobody here may read. KMS documents seconds, in some cases several minutes,',
    '  IAM no time at all; a value that a reader has in his cache stays there as long as that cache keeps it',
  ]
    .map(onOneLine)
    .join('\n');
}
