import { expect, test } from 'vitest';
import { topicsFor } from '../../deploy/topics.ts';
import { ConfigFile } from '../../shared/domain/config/schema.ts';

const topic = (name: string) => `arn:aws:sns:eu-central-1:111122223333:${name}`;
const configWith = (consumers: object) => ConfigFile.parse({ version: 1, consumers });

test('[1.2] the tellers may publish to the topics that the file names, and to no other', () => {
  const config = configWith({
    billing: { owner: 'shop', sns: { topic: topic('rotations') } },
    archive: { owner: 'shop', sns: { topic: topic('archive') } },
    checkout: { owner: 'shop', sns: { topic: topic('rotations') } },
    app: { owner: 'shop', webhook: { url: 'https://app.example', signingKey: 'vault://hooks/app' } },
  });
  expect(topicsFor(config)).toMatchObject({
    ConsumersTopicsPolicy: {
      Properties: {
        Roles: [{ Ref: 'TellConsumersRole' }, { Ref: 'SealIncidentRole' }],
        PolicyDocument: {
          Statement: [{ Action: 'sns:Publish', Resource: [topic('archive'), topic('rotations')] }],
        },
      },
    },
  });
});

test('[1.2] where it names none, they publish to nothing', () => {
  expect(topicsFor(configWith({}))).toEqual({});
});
