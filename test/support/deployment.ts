import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { openState } from '../../local/state.ts';
import { aFolder, type Ended, rekey } from './command-line.ts';
import { frontsOver } from './fronts.ts';
import { type AccessKey, type GatewayOptions, startGateway } from './gateway.ts';

const role = (name: string) => `arn:aws:sts::000000000000:assumed-role/${name}/ada`;

/** Each role with what its policies let it call (deploy/resources/people-roles.yml). */
export const IDENTITIES = {
  everything: { arn: role('Admin') },
  responder: { arn: role('ResponderRole'), may: ['Control', 'Leaks', 'Watch'] },
  approver: { arn: role('ApproverRole'), may: ['Approval'] },
  anotherApprover: { arn: role('ApproverRole').replace('ada', 'grace'), may: ['Approval'] },
  engineer: { arn: role('EngineerRole'), may: ['Enrolment'] },
  reader: { arn: role('ReaderRole'), may: ['Reader'] },
  auditor: { arn: role('AuditorRole'), may: ['Auditor'] },
  consumer: { arn: role('ConsumerRole'), may: ['Confirmation'] },
  agent: { arn: role('AgentRole'), may: [] },
  expired: { arn: role('Admin'), expired: true },
} as const;

type Invoke = GatewayOptions<string>['invoke'];

/** A deployment whose functions work on a state directory, and a command line that is told of it by a context. */
export async function aDeployment(
  options: { readonly nowMs?: () => number; readonly invoke?: (real: Invoke) => Invoke } = {},
) {
  const { nowMs, invoke = (real) => real } = options;
  const home = join(aFolder(), '.rekey');
  mkdirSync(home, { recursive: true });
  const state = openState(home);
  onTestFinished(() => state.close());
  const gateway = await startGateway({
    identities: IDENTITIES,
    invoke: invoke(await frontsOver(state.services)),
    ...(nowMs === undefined ? {} : { nowMs }),
  });
  onTestFinished(() => gateway.close());
  const folder = aFolder();
  const contexts = join(folder, 'contexts.yaml');
  writeFileSync(
    contexts,
    JSON.stringify({ contexts: { test: { stage: 'test', region: gateway.region, urls: gateway.urls } } }),
  );
  const env = { REKEY_CONTEXTS: contexts, REKEY_CONTEXT: 'test', AWS_EC2_METADATA_DISABLED: 'true' };
  const as =
    ({ accessKeyId, secretAccessKey }: AccessKey) =>
    (words: readonly string[], input?: string): Promise<Ended> =>
      rekey(words, {
        folder,
        ...(input === undefined ? {} : { input }),
        env: { ...env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      });
  return { folder, env, gateway, as };
}

/** What the functions write until the test ends: Lambda puts all of it into the log groups. */
export function whatIsLogged(): string[] {
  const logged: string[] = [];
  const outs = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      logged.push(String(chunk));
      return true;
    }),
  );
  onTestFinished(() => {
    for (const out of outs) out.mockRestore();
  });
  return logged;
}
