import { RekeyError } from '../../domain/errors.ts';
import type { SecretRef } from '../../domain/secret-ref.ts';
import type { SlackWorkspace } from '../../domain/slack/workspace.ts';
import type { Needs } from '../services.ts';

/** A secret that was put anew is used after this at the latest; one that was fenced is not used any more. */
const KEPT_MS = 60_000;

/** Reads one of Slack's two secrets, as readers read, and keeps it for a minute. Throws where it has no value, or is fenced. */
export function createSlackSecret(
  services: Needs<'registry' | 'store' | 'clock'>,
  which: 'signingSecretRef' | 'botTokenRef',
): () => Promise<string> {
  const { registry, store, clock } = services;
  let kept: { readonly value: string; readonly untilMs: number } | undefined;
  return async () => {
    if (kept !== undefined && clock.nowMs() < kept.untilMs) return kept.value;
    kept = undefined;
    const ref = (await workspaceOf(services))[which] as SecretRef;
    const [secret] = await registry.secrets([ref]);
    if (secret?.currentVersionId === undefined) throw withoutValue(ref);
    const [value = ''] = await store.read([{ ref, versionId: secret.currentVersionId }], 'reader');
    kept = { value, untilMs: clock.nowMs() + KEPT_MS };
    return value;
  };
}

/** `NotFound` `slack-absent` where `rekey.yaml` says nothing of Slack. */
export async function workspaceOf({ registry }: Needs<'registry'>): Promise<SlackWorkspace> {
  const workspace = await registry.slack();
  if (workspace !== null) return workspace;
  throw new RekeyError({
    code: 'slack-absent',
    family: 'NotFound',
    message: 'rekey.yaml says nothing of Slack',
    safe: 'Nothing was done.',
    next: ['rekey apply', 'docs/slack.md'],
  });
}

function withoutValue(ref: string): RekeyError {
  return new RekeyError({
    code: 'slack-secret-missing',
    family: 'NotFound',
    message: `${ref}, which Slack’s requests or ours to Slack are made with, has no value`,
    safe: 'Nothing was done.',
    next: [`rekey secret put ${ref}`],
  });
}
