import type { LambdaFunctionURLEventWithIAMAuthorizer } from 'aws-lambda';
import { type ErrorFamily, RekeyError } from '../../../domain/errors.ts';
import { callerOf } from '../../../driver/caller.ts';
import type { Caller, RekeyFunction } from '../../../driver/define-function.ts';
import type { Needs, Services } from '../../../driver/services.ts';

/** What a family of errors is on the wire. */
const STATUS: Readonly<Record<ErrorFamily, number>> = {
  Validation: 400,
  Denied: 403,
  NotFound: 404,
  Conflict: 409,
  Throttled: 429,
  TargetUnavailable: 502,
  OutcomeUnknown: 500,
  Unrecoverable: 500,
};

/** An answer may hold a value. */
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** As a function URL answers. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Functions behind one function URL: the path names one, the body is its payload. Who may call one may call all of them: IAM
 * does not tell the paths of a URL apart.
 */
export interface Front<Port extends keyof Services = keyof Services> {
  readonly name: string;
  /** Names of what it routes to. */
  readonly functions: readonly string[];
  /** The ports of all of them. */
  readonly needs: readonly Port[];
  /** What an event asks for, as far as it can be read: for the log. Never throws. */
  asked(event: unknown): { readonly functionName: string; readonly payload: unknown };
  /** Who calls is who signed the request, as the URL's own context says; a request without is refused before anything else. */
  invoke(services: Needs<Port>, event: unknown, untilMs: number): Promise<HttpAnswer>;
}

export function defineFront<const Port extends keyof Services>(
  name: string,
  functions: readonly RekeyFunction<Port>[],
): Front<Port> {
  const byName = new Map(functions.map((one) => [one.name, one]));
  return {
    name,
    functions: [...byName.keys()],
    needs: [...new Set(functions.flatMap((one) => [...one.needs]))],
    asked(event) {
      const path = pathOf(event);
      return { functionName: byName.has(path) ? path : name, payload: bodyOf(event) };
    },
    async invoke(services, event, untilMs) {
      const context = { untilMs, ...signerOf(event) };
      callerOf(context);
      const path = pathOf(event);
      const called = byName.get(path);
      if (called === undefined) throw unknownFunction(name, path);
      const payload = bodyOf(event);
      if (payload === undefined) throw malformed();
      return answerOf(200, await called.invoke(services, payload, context));
    },
  };
}

/** A refusal is an answer, whole but for its cause. What nobody foresaw might hold anything: nothing of it leaves. */
export function refusalOf(error: unknown): HttpAnswer {
  const known =
    error instanceof RekeyError
      ? error
      : new RekeyError({
          code: 'unforeseen',
          family: 'Unrecoverable',
          message: 'the control plane failed in an unforeseen way; its log says where',
          safe: 'What was recorded before stands.',
          next: ['rekey status', 'rekey incident list'],
        });
  const { code, family, message, safe, next } = known;
  return answerOf(STATUS[family], { error: { code, family, message, safe, next } });
}

function answerOf(statusCode: number, content: unknown): HttpAnswer {
  return { statusCode, headers: HEADERS, body: JSON.stringify(content) };
}

type UrlEvent = Partial<LambdaFunctionURLEventWithIAMAuthorizer>;

/** Lambda fills this in from the signature that it checked. Headers, body and path are the caller's own words. */
function signerOf(event: unknown): { readonly caller?: Caller } {
  const { requestContext } = event as UrlEvent;
  const user = requestContext?.authorizer?.iam?.userArn;
  if (typeof user !== 'string' || user === '') return {};
  return { caller: { user, source: requestContext?.http?.sourceIp ?? 'unknown' } };
}

function pathOf(event: unknown): string {
  return ((event as UrlEvent).rawPath ?? '').replace(/^\//, '');
}

/** Undefined where it is no JSON. */
function bodyOf(event: unknown): unknown {
  const { body = '', isBase64Encoded } = event as UrlEvent;
  try {
    return JSON.parse(isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body);
  } catch {
    return undefined;
  }
}

function malformed(): RekeyError {
  return new RekeyError({
    code: 'request-malformed',
    family: 'Validation',
    message: 'the request is no JSON',
    safe: 'Nothing was done.',
  });
}

function unknownFunction(front: string, path: string): RekeyError {
  const called = /^[A-Za-z]{1,40}$/.test(path) ? path : 'of that name';
  return new RekeyError({
    code: 'function-unknown',
    family: 'NotFound',
    message: `${front} has no function ${called}: this command line and the deployment are of different releases`,
    safe: 'Nothing was done.',
    next: ['npm run deploy -- --stage STAGE', 'or the release of the command line that was deployed'],
  });
}
