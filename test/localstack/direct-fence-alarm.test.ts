import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localStack } from '../support/localstack.ts';
import { type Packaged, packaged } from '../support/packaged.ts';

const client = new EventBridgeClient(localStack());
let service: Packaged;
beforeAll(async () => {
  service = await packaged('alarm');
});
afterAll(() => service.remove());

/** A rule's pattern as deployed: what it refers to stands for its own name. */
function patternOf(rule: string): string {
  const pattern = JSON.stringify(service.resources[rule]?.Properties['EventPattern']);
  return pattern
    .replaceAll(/\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g, '"arn:aws:iam::111122223333:role/$1"')
    .replaceAll(/\{"Ref":"(\w+)"\}/g, '"arn:aws:iam::111122223333:policy/$1"');
}

/** Whether people are told of a call, as CloudTrail brings it. */
async function tells(rule: string, source: string, detail: object): Promise<boolean> {
  const event = {
    id: '1',
    account: '111122223333',
    source,
    time: '2026-11-24T03:00:00Z',
    region: 'eu-central-1',
    resources: [],
    'detail-type': 'AWS API Call via CloudTrail',
    detail,
  };
  const { Result } = await client.send(
    new TestEventPatternCommand({ EventPattern: patternOf(rule), Event: JSON.stringify(event) }),
  );
  return Result === true;
}

const role = (name: string) => ({
  userIdentity: {
    type: 'AssumedRole',
    sessionContext: { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${name}` } },
  },
});

test('[7.2] a key that is switched off by a responder, by a user or by the root is told, by Rekey’s own functions not', async () => {
  const off = { eventName: 'DisableKey', requestParameters: { keyId: 'key-1' } };
  const by = (who: object) => tells('KeyPolicyWrittenElsewhere', 'aws.kms', { ...off, ...who });
  expect(await by(role('ResponderRole'))).toBe(true);
  expect(await by({ userIdentity: { type: 'IAMUser', userName: 'ada' } })).toBe(true);
  expect(await by({ userIdentity: { type: 'Root' } })).toBe(true);
  for (const own of ['FenceClassRole', 'ReopenClassRole', 'SealIncidentRole', 'KeepSpareKeysRole']) {
    expect(await by(role(own))).toBe(false);
  }
});

test('[7.2] the fence of all readers, switched by anybody, is told; another policy is not', async () => {
  const switched = (policyArn: string, who: object) =>
    tells('ReaderFenceSwitched', 'aws.iam', {
      eventName: 'SetDefaultPolicyVersion',
      requestParameters: { policyArn, versionId: 'v2' },
      ...who,
    });
  const fence = 'arn:aws:iam::111122223333:policy/ReaderFence';
  for (const who of [role('ResponderRole'), role('FenceClassRole'), { userIdentity: { type: 'Root' } }]) {
    expect(await switched(fence, who)).toBe(true);
  }
  expect(await switched('arn:aws:iam::111122223333:policy/Other', role('ResponderRole'))).toBe(false);
});
