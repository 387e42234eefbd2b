import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSshKey } from '../../local/ssh/make-key.ts';
import type { RequestView } from '../../shared/driver/request-view.ts';
import { aFolder, type Ended, rekey } from '../support/command-line.ts';
import { aDeployment, IDENTITIES, whatIsLogged } from '../support/deployment.ts';

type Run = (words: readonly string[], input?: string) => Promise<Ended>;

/** One of each word to another person's request, and who may not say it. */
interface Speakers {
  readonly requester: Run;
  readonly approver: Run;
  /** As who requested, by the way that approvers come. */
  readonly himself: Run;
}

const REF = 'vault://prod/payments/ledger';
const SOON = new Date(Date.now() + 8 * 3_600_000).toISOString();

function enrolmentOf(people: string): string {
  return `version: 1
people:
${people}
targets:
  db: { kind: postgres, connection: { host: 127.0.0.1, port: 9, tls: disable }, admins: [{ user: admin, password: "vault://admin/db" }] }
classes:
  payments: { owner: payments-team, maxAge: 30d, approval: { lifetime: 12h } }
  admins: { owner: platform-team, maxAge: 90d }
secrets:
  - { ref: "vault://admin/db", class: admins, tenant: platform }
  - { ref: "${REF}", class: payments, tenant: acme, target: db, account: { role: ledger } }
`;
}

async function story({ requester, approver, himself }: Speakers): Promise<void> {
  const asked = ['rotate', REF, '--not-before', SOON];
  const withoutReason = await requester(asked);
  expect([withoutReason.code, withoutReason.stderr]).toEqual([
    2,
    expect.stringContaining('--reason says why'),
  ]);
  const looked = await requester([...asked, '--plan', '--json']);
  const { planHash } = JSON.parse(looked.stdout) as { planHash: string };
  expect(looked.stderr).toContain(`  rotates     1 secret,`);
  expect(looked.stderr).toContain(`begins      not before ${SOON}`);
  const unconfirmed = await requester([...asked, '--reason', 'quarterly']);
  expect([unconfirmed.code, unconfirmed.stderr]).toEqual([2, expect.stringContaining('no terminal')]);
  expect((await requester(['request', 'list'])).stdout).toBe('no requests\n');

  const request = async (): Promise<string> => {
    const confirmed = ['--reason', 'quarterly', '--yes', '--plan-hash', planHash, '--json'];
    const made = await requester([...asked, ...confirmed]);
    expect(made.code).toBe(4);
    return (JSON.parse(made.stdout) as RequestView).request;
  };
  const first = await request();
  const shown = await approver(['request', 'show', first]);
  expect(shown.code).toBe(4);
  expect(shown.stdout).toContain('waits for     1 more of those among people');
  expect(shown.stderr).toContain(`plan        ${planHash}`);

  const yes = ['approve', first, '--yes', '--plan-hash'];
  const own = await himself([...yes, planHash]);
  expect([own.code, own.stderr]).toEqual([1, expect.stringContaining('another person decides')]);
  const other = await approver([...yes, 'f'.repeat(64)]);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('was looked at')]);
  const approved = await approver([...yes, planHash]);
  expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining(`${first}: approved, `)]);
  const again = await approver([...yes, planHash]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('there is nothing to decide')]);
  const stopped = await approver(['deny', first, '--yes', '--plan-hash', planHash, '--reason', 'a release']);
  expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining('denied by')]);
  expect((await requester(['request', 'show', first])).code).toBe(1);

  const second = await request();
  const cancelled = await requester(['cancel', second, '--json']);
  expect([cancelled.code, (JSON.parse(cancelled.stdout) as RequestView).state]).toEqual([0, 'cancelled']);
  const listed = await approver(['request', 'list', '--json']);
  const states = (JSON.parse(listed.stdout) as RequestView[]).map(({ state }) => state);
  expect(states).toEqual(['declined', 'cancelled']);
}

test('[5.4] on one machine a rotation is requested by its user and decided by another person’s key', async () => {
  const folder = aFolder();
  const keyOf = (name: string) => join(folder, `${name}.key`);
  const line = (name: string) => makeSshKey(keyOf(name), name);
  const people = `  ada: { user: "${userInfo().username}", sshKeys: ["${line('ada')}"] }\n  grace: { sshKeys: ["${line('grace')}"] }`;
  writeFileSync(join(folder, 'rekey.yaml'), enrolmentOf(people));
  const run: Run = (words, input) => rekey(words, { folder, ...(input === undefined ? {} : { input }) });
  expect((await run(['apply', '--yes'])).code).toBe(0);
  const by =
    (name: string): Run =>
    (words) =>
      run(['approve', 'deny'].includes(words[0] ?? '') ? [...words, '--key', keyOf(name)] : words);
  await story({ requester: run, approver: by('grace'), himself: by('ada') });
}, 120_000);

test('[5.4] [F.1] on AWS whoever signs the call requests and decides; who is not among people does neither', async () => {
  whatIsLogged();
  const deployment = await aDeployment();
  const { gateway, folder, as } = deployment;
  const { everything, responder, approver, anotherApprover, agent } = gateway.keys;
  const people = `  ada: { iam: ["${IDENTITIES.responder.arn}", "${IDENTITIES.approver.arn}"] }\n  grace: { iam: ["${IDENTITIES.anotherApprover.arn}"] }`;
  writeFileSync(join(folder, 'rekey.yaml'), enrolmentOf(people));
  expect((await as(everything)(['apply', '--yes'])).code).toBe(0);
  const asked = ['rotate', REF, '--reason', 'because', '--yes', '--plan-hash', 'f'.repeat(64)];
  const asAgent = await as(agent)(asked);
  expect([asAgent.code, asAgent.stderr]).toEqual([1, expect.stringContaining('were refused to')]);
  // It may call everything, and is nobody among people.
  const looked = await as(everything)(['rotate', REF, '--plan', '--json']);
  const { planHash } = JSON.parse(looked.stdout) as { planHash: string };
  const stranger = await as(everything)([...asked.slice(0, -1), planHash]);
  expect([stranger.code, stranger.stderr]).toEqual([
    1,
    expect.stringContaining('nobody among people is iam'),
  ]);
  await story({ requester: as(responder), approver: as(anotherApprover), himself: as(approver) });
}, 120_000);
