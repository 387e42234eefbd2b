import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notices } from '../../../ports/notices.ts';
import { translate } from '../vendor-error.ts';

/** The most that a subject takes. */
const SUBJECT_CHARACTERS = 100;

/** Published to a topic: words for people, and attributes `kind` and `class` that subscriptions filter by. */
export function createSnsNotices(client: SNSClient, topicArn: string): Notices {
  return {
    async tell({ id, kind, incident, className, atMs, words, next }) {
      try {
        await client.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: `Rekey: ${incident ?? className} ${kind}`
              .replaceAll(/[^ -~]/g, '?')
              .slice(0, SUBJECT_CHARACTERS),
            Message: [
              words,
              ...next.map((command) => `  ${command}`),
              '',
              `class ${className}, ${incident === undefined ? '' : `incident ${incident}, `}${new Date(atMs).toISOString()}, notice ${id}`,
            ].join('\n'),
            MessageAttributes: {
              kind: { DataType: 'String', StringValue: kind },
              class: { DataType: 'String', StringValue: className },
            },
          }),
        );
      } catch (error) {
        throw translate(error, {
          permission: 'sns:Publish',
          about: topicArn,
          safe: 'The incident is as the registry says; only the notice was not sent.',
          mayHaveHappened: true,
        });
      }
    },
  };
}
