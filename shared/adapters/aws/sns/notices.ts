import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { RekeyError } from '../../../domain/errors.ts';
import type { Notice } from '../../../domain/notice.ts';
import type { Notices } from '../../../ports/notices.ts';
import { translate } from '../vendor-error.ts';

/** The most that a subject takes. */
const SUBJECT_CHARACTERS = 100;

/**
 * Published to a topic: words for people, and attributes `kind` and `class` that subscriptions filter by. `told` is that SNS
 * took it for whoever has subscribed.
 */
export function createSnsNotices(
  client: SNSClient,
  topicArn: string,
): Pick<Notices<{ readonly by: 'email' }>, 'tell'> {
  return {
    async tell({ notice }) {
      try {
        await client.send(publication(notice, topicArn));
        return { state: 'told' };
      } catch (error) {
        const known = translate(error, {
          permission: 'sns:Publish',
          about: topicArn,
          safe: 'What it tells of is as the registry says; only the notice was not sent.',
          mayHaveHappened: true,
        });
        return {
          state: 'failed',
          message: known instanceof RekeyError ? known.message : 'the topic took nothing',
        };
      }
    },
  };
}

function publication(
  { id, kind, incident, className, atMs, words, next }: Notice,
  topicArn: string,
): PublishCommand {
  return new PublishCommand({
    TopicArn: topicArn,
    Subject: `Rekey: ${incident ?? className} ${kind}`
      .replaceAll(/[^ -~]/g, '?')
      .slice(0, SUBJECT_CHARACTERS),
    Message: [
      words,
      ...next.map((command) => `  ${command}`),
      '',
      `class ${className}, ${incident === undefined ? '' : `${incident}, `}${new Date(atMs).toISOString()}, notice ${id}`,
    ].join('\n'),
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: kind },
      class: { DataType: 'String', StringValue: className },
    },
  });
}
