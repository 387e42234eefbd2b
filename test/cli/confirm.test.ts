import { chmodSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openState } from '../../local/state.ts';
import { confirmationIdOf, withToken } from '../../shared/domain/confirmation-token.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';
import { aDelivery } from '../contracts/records.ts';
import { aFolder, REKEY, rekey } from '../support/command-line.ts';

const CANARY = 'canary-of-a-consumers-own-file';
const REF = 'vault://p/one';

/** One secret with a value, one consumer that keeps it in a file, one that is told by a command and confirms by it later. */
async function aMachine(command: string) {
  const folder = realpathSync(aFolder());
  const script = join(folder, 'told.sh');
  writeFileSync(script, `#!/bin/sh\n${command}\n`);
  chmodSync(script, 0o700);
  const file = join(folder, 'password');
  writeFileSync(
    join(folder, 'rekey.yaml'),
    `version: 1
classes: { payments: { owner: payments-team, maxAge: 30d } }
consumers:
  app: { owner: shop, file: { path: ${JSON.stringify(file)} } }
  worker: { owner: shop, exec: { command: [${JSON.stringify(script)}] }, confirm: callback }
secrets:
  - { ref: "${REF}", class: payments, tenant: acme, consumers: [app, worker] }
`,
  );
  expect(await rekey(['apply', '--yes'], { folder })).toMatchObject({ code: 0 });
  expect(await rekey(['secret', 'put', REF], { folder, input: CANARY })).toMatchObject({ code: 0 });
  const state = openState(join(folder, '.rekey'));
  onTestFinished(() => state.close());
  const { registry } = state.services;
  const [secret] = await registry.secrets([REF]);
  const versionId = secret?.currentVersionId ?? '';
  const deliver = async (consumer: string) => {
    const mustConfirm = consumer === 'worker';
    const delivery = aDelivery('op-1', { consumer, ref: REF, versionId, mustConfirm });
    await registry.saveDelivery(delivery, []);
    return delivery;
  };
  return { folder, file, state, deliver, versionId };
}

const CONFIRM = `exec ${process.execPath} ${REKEY} confirm "$REKEY_CONFIRMATION_ID" --token-stdin`;

test('[1.5] [5.5] a file has the value, a command confirms with its token, and the value stands nowhere else', async () => {
  const { folder, file, state, deliver, versionId } = await aMachine(`${CONFIRM} > "$0.said" 2>&1`);
  const { registry } = state.services;
  const [app, worker] = [await deliver('app'), await deliver('worker')];
  expect(await tellDue(state.services)).toBe(2);
  expect(await registry.delivery('op-1', app.id)).toMatchObject({ state: 'told' });
  expect(await registry.delivery('op-1', worker.id)).toMatchObject({ state: 'confirmed' });
  expect(readFileSync(`${join(folder, 'told.sh')}.said`, 'utf8')).toBe(
    `worker uses ${versionId} of ${REF}\n`,
  );
  expect(readFileSync(file, 'utf8')).toBe(CANARY);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await state.services.audit.chainPending();
  const shown = (await rekey(['audit', 'tail', '-n', '100', '--json'], { folder })).stdout;
  expect(shown).toContain('"action":"confirm"');
  const others = filesIn(folder).filter((path) => path !== file);
  expect(others.length).toBeGreaterThan(4);
  expect(others.filter((path) => readFileSync(path).includes(CANARY))).toEqual([]);
  expect(shown).not.toContain(CANARY);
});

test('[5.5] a token that is none is refused with what to do, and is nowhere repeated', async () => {
  const { folder, state, deliver } = await aMachine('exit 0');
  const told = withToken(await deliver('worker'), 'the-right-one');
  await state.services.registry.saveDelivery(told, []);
  const confirm = (input: string) =>
    rekey(['confirm', confirmationIdOf(told), '--token-stdin'], { folder, input });
  const wrong = await confirm('the-wrong-one');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('there is no delivery that this token confirms');
  expect(wrong.stderr).not.toContain('the-wrong-one');
  expect(await confirm('')).toMatchObject({ code: 2, stdout: '' });
  expect(await confirm('the-right-one\n')).toMatchObject({ code: 0 });
  const again = await confirm('the-right-one');
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('has confirmed');
});

test('[1.5] a token is never an argument', async () => {
  const { folder } = await aMachine('exit 0');
  const { code, stderr } = await rekey(['confirm', 'op-1#one'], { folder, input: 'token' });
  expect(code).toBe(2);
  expect(stderr).toContain('--token-stdin');
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
