import { engineRuns } from '../../local/engine/launch.ts';
import type { State } from '../../local/state.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { suggestNearest } from '../../shared/domain/nearest.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { carryOn } from '../carry-on.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export async function status(context: Context, { ref }: { readonly ref?: string }): Promise<ExitCode> {
  return withState(context, async (state) => {
    await carryOn(context, state);
    if (ref !== undefined) return statusOf(context, state, ref);
    const { registry } = state.services;
    const enrolment = await registry.enrolment();
    const incidents = (await registry.incidents()).filter(
      (incident) => incident.state !== 'sealed' && incident.state !== 'restored',
    );
    const breakers = (
      await Promise.all(enrolment.targets.map((target) => registry.breaker(target.id)))
    ).flatMap((breaker) => breaker ?? []);
    const classes = enrolment.classes.map((record) => {
      const secrets = enrolment.secrets.filter((secret) => secret.className === record.name);
      return {
        name: record.name,
        epoch: record.epoch,
        fenced: record.fences.length > 0,
        incidents: record.incidents,
        secrets: secrets.length,
        withoutValue: secrets.filter((secret) => secret.currentVersionId === undefined).length,
        parked: secrets.filter((secret) => secret.rotation?.parked !== undefined).length,
      };
    });
    if (context.json) {
      context.print(
        JSON.stringify({
          engine: engineRuns(context.home),
          classes,
          incidents: incidents.map(({ id }) => id),
          breakers,
        }),
      );
      return EXIT.done;
    }
    for (const { name, epoch, fenced, secrets, withoutValue, parked, incidents: open } of classes) {
      const notes = [
        fenced ? 'fenced' : '',
        withoutValue > 0 ? `${withoutValue} without a value` : '',
        parked > 0 ? `${parked} parked` : '',
        ...open,
      ].filter((note) => note !== '');
      context.print(
        `class ${name}: ${secrets} secrets, epoch ${epoch}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}`,
      );
    }
    for (const { target, reason } of breakers) context.print(`target ${target}: set aside: ${reason}`);
    for (const { id, state: standing } of incidents) context.print(`incident ${id}: ${standing}`);
    return EXIT.done;
  });
}

async function statusOf(context: Context, state: State, ref: string): Promise<ExitCode> {
  const { registry } = state.services;
  const [secret] = await registry.secrets([ref as SecretRef]);
  if (secret === undefined) {
    const refs = (await registry.enrolment()).secrets.map((candidate) => candidate.ref);
    const nearest = suggestNearest(ref, refs);
    throw new RekeyError({
      code: 'secret-unknown',
      family: 'NotFound',
      message: `${ref} is not enrolled${nearest === null ? '' : ` (did you mean ${nearest}?)`}`,
      next: ['rekey status'],
    });
  }
  const versions = await registry.versions({ refs: [secret.ref] });
  if (context.json) {
    context.print(JSON.stringify({ secret, versions }));
    return EXIT.done;
  }
  context.print(
    `${secret.ref}: class ${secret.className}, tenant ${secret.tenant}, target ${secret.target || 'none'}, owner ${secret.owner}`,
  );
  for (const { ordinal, id, epoch, fate, reason, proven } of versions) {
    const current = id === secret.currentVersionId ? ', read by consumers' : '';
    const why = proven === undefined ? reason : `${new Date(proven.atMs).toISOString()} ${proven.evidence}`;
    context.print(
      `  version ${ordinal} (epoch ${epoch}): ${fate}${current}${why === undefined ? '' : `: ${why}`}`,
    );
  }
  if (secret.cut?.wasOff === true) context.print('  off at its target before Rekey came: it stays off');
  const { rotation } = secret;
  if (rotation !== undefined) {
    context.print(`  under way: ${rotation.operation}, ${rotation.stage}`);
    if (rotation.parked !== undefined)
      context.print(`  parked: ${rotation.parked.code}: ${rotation.parked.message}`);
  }
  return EXIT.done;
}
