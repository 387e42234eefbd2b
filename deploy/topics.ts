import type { ConfigFile } from '../shared/domain/config/schema.ts';

/** The functions that tell consumers. */
const TELLERS = ['TellConsumersRole', 'SealIncidentRole'];

/** What lets the tellers publish to the topics that `rekey.yaml` names, and to no other. Pure; nothing where it names none. */
export function topicsFor({ consumers }: Pick<ConfigFile, 'consumers'>): Readonly<Record<string, object>> {
  const topics = [
    ...new Set(Object.values(consumers).flatMap(({ sns }) => (sns === undefined ? [] : [sns.topic]))),
  ];
  if (topics.length === 0) return {};
  return {
    ConsumersTopicsPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'consumers-topics',
        Roles: TELLERS.map((role) => ({ Ref: role })),
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'TellConsumersTopics', Effect: 'Allow', Action: 'sns:Publish', Resource: topics.sort() },
          ],
        },
      },
    },
  };
}
