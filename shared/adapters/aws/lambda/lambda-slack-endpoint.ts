import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { SignedRequest } from '../../../domain/slack/signature.ts';
import { receiveRequest, statusOf } from '../../../driver/slack/receive-request.ts';
import { createSlackSecret } from '../../../driver/slack/slack-secrets.ts';
import type { HttpAnswer } from './front.ts';
import { type Handler, onLambda } from './on-lambda.ts';
import { openWires } from './open-wires.ts';
import { thrownFor } from './thrown.ts';
import type { Wires } from './wire.ts';

const NAME = 'SlackEndpoint';

/** Slack's endpoint as its function URL calls it. An answer is a status and nothing else, whatever happened. */
export async function lambdaSlackEndpoint(
  wires: Wires<'registry' | 'store' | 'seen' | 'inbox' | 'clock'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Handler> {
  const services = await openWires(NAME, wires, environment).catch((error: unknown) => {
    throw thrownFor(NAME, error);
  });
  const signingSecret = createSlackSecret(services, 'signingSecretRef');
  return onLambda({
    asked: () => ({ functionName: NAME, payload: undefined }),
    async invoke(event) {
      await receiveRequest(services, requestIn(event as Partial<LambdaFunctionURLEvent>), signingSecret);
      return answer(200);
    },
    refuse: (error) => answer(statusOf(error)),
  });
}

function requestIn({
  headers = {},
  body = '',
  isBase64Encoded,
}: Partial<LambdaFunctionURLEvent>): SignedRequest {
  return { headers, body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8') };
}

function answer(statusCode: number): HttpAnswer {
  return { statusCode, headers: { 'cache-control': 'no-store' }, body: '' };
}
