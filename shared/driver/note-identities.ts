import { RekeyError } from '../domain/errors.ts';
import { writerName } from '../domain/secret.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import { openTarget } from './open-target.ts';
import type { Needs } from './services.ts';

/**
 * Looks how the targets themselves know the accounts, so that one renamed behind our back is told from one that is gone.
 * A target that does not answer is named; its accounts are looked at when they are first rotated. Changes nothing there.
 */
export async function noteIdentities(
  services: Needs<'registry' | 'store' | 'rotators' | 'clock' | 'random'>,
  refs: readonly SecretRef[],
): Promise<{
  readonly seen: number;
  readonly unseen: { readonly target: string; readonly message: string }[];
}> {
  const { registry, random } = services;
  const secrets = (await registry.secrets(refs)).filter(
    (secret) => services.rotators[secret.kind] !== undefined,
  );
  const unseen: { target: string; message: string }[] = [];
  let seen = 0;
  for (const [targetId, group] of Map.groupBy(secrets, (secret) => secret.target)) {
    const target = await registry.target(targetId);
    if (target === null) continue;
    const operation = `look-${random.uuid().slice(0, 8)}`;
    try {
      const session = await openTarget(services, target, {
        writer: writerName({ operation, holder: 'import' }),
        through: undefined,
        signal: AbortSignal.timeout(30_000),
      });
      try {
        const looks = await session.inspect(group.map(({ ref, account }) => ({ ref, account })));
        const found = group.flatMap((secret, index) => {
          const look = looks[index];
          return look?.ok === true ? [{ ...secret, identity: look.identity }] : [];
        });
        seen += found.length;
        for (const [index, secret] of group.entries()) {
          const look = looks[index];
          if (look?.ok === false)
            unseen.push({ target: targetId, message: `${secret.ref}: ${look.message}` });
        }
        await registry.record(
          found.map((secret) => ({
            token: secret.fencing,
            secret,
            versions: [],
            deliveries: [],
            entries: [],
          })),
        );
      } finally {
        await session.close();
      }
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      unseen.push({ target: targetId, message: error.message });
    }
  }
  return { seen, unseen };
}
