import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { BySns } from '../../../domain/consumer.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { Notifier, Tell } from '../../../ports/notifier.ts';
import { toldBody } from '../../told-body.ts';
import { translate } from '../vendor-error.ts';

/**
 * Consumers told through a topic, each in the topic's own region. `told` is that SNS took the message: what came of it at the
 * subscribers SNS does not say, so that none of them confirms but by its token.
 */
export function createTopicNotifier(clientIn: (region: string) => SNSClient): Notifier<BySns> {
  const clients = new Map<string, SNSClient>();
  const clientFor = (topicArn: string) => {
    const region = topicArn.split(':')[3] ?? '';
    const client = clients.get(region) ?? clientIn(region);
    clients.set(region, client);
    return client;
  };
  return {
    async tell(message) {
      const { topicArn } = message.to;
      try {
        await clientFor(topicArn).send(publication(message));
        return { state: 'told' };
      } catch (error) {
        const known = translate(error, {
          permission: 'sns:Publish',
          about: topicArn,
          safe: 'It is told again later.',
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

/** Attributes are what subscriptions filter by. */
function publication(message: Tell<BySns>): PublishCommand {
  return new PublishCommand({
    TopicArn: message.to.topicArn,
    Message: toldBody(message),
    MessageAttributes: {
      messageId: { DataType: 'String', StringValue: message.messageId },
      consumer: { DataType: 'String', StringValue: message.consumer },
      secretRef: { DataType: 'String', StringValue: message.ref },
    },
  });
}
