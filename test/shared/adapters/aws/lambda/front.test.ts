import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { FRONTS } from '../../../../../cli/deployment/fronts.ts';
import { defineFront, type HttpAnswer } from '../../../../../shared/adapters/aws/lambda/front.ts';
import { lambdaFront } from '../../../../../shared/adapters/aws/lambda/lambda-front.ts';
import { type ErrorFamily, RekeyError } from '../../../../../shared/domain/errors.ts';
import { callerOf } from '../../../../../shared/driver/caller.ts';
import { defineFunction, type InvocationContext } from '../../../../../shared/driver/define-function.ts';
import { whatIsLogged } from '../../../../support/deployment.ts';

const CANARY = 'canary-5f1e6c2b90aa';
const ARN = 'arn:aws:sts::000000000000:assumed-role/ResponderRole/ada';

type Work = (context: InvocationContext) => Promise<string>;

function aFront(work: Work) {
  const definition = defineFunction({
    name: 'ShowThing',
    needs: [],
    input: {
      incidentId: z.string().optional(),
      requestId: z.string().optional(),
      value: z.string().optional(),
    },
    output: { said: z.string() },
    run: async (_input, _services, context) => ({ said: await work(context) }),
  });
  return lambdaFront(defineFront('Things', [definition]), {}, {});
}

const LAMBDA = {
  functionName: 'rekey-test-Things',
  awsRequestId: '11111111-2222-3333-4444-555555555555',
  getRemainingTimeInMillis: () => 55_000,
} as unknown as Context;

const signed = { authorizer: { iam: { userArn: ARN } }, http: { sourceIp: '192.0.2.7' } };

function request(more: object = {}, payload: object = { v: 1 }): object {
  return { rawPath: '/ShowThing', requestContext: signed, body: JSON.stringify(payload), ...more };
}

async function ask(work: Work, event: object) {
  const handler = await aFront(work);
  const { statusCode, headers, body } = (await handler(event, LAMBDA)) as HttpAnswer;
  return { statusCode, headers, content: JSON.parse(body) as Record<string, unknown>, body };
}

describe('who calls', () => {
  const whoCalls: Work = async (context) => JSON.stringify(callerOf(context));

  test('[6.2] is who signed, as the URL’s own context says, whatever else the request says', async () => {
    whatIsLogged();
    const claims = {
      headers: { 'x-amzn-iam-user-arn': CANARY, authorization: CANARY, 'x-forwarded-for': '198.51.100.1' },
      queryStringParameters: { userArn: CANARY },
      rawQueryString: `userArn=${CANARY}`,
    };
    const { statusCode, content } = await ask(whoCalls, request(claims));
    expect(statusCode).toBe(200);
    expect(JSON.parse(String(content['said']))).toEqual({ user: ARN, source: '192.0.2.7' });
    const { content: refused } = await ask(
      whoCalls,
      request({}, { v: 1, caller: { user: CANARY }, requestContext: signed }),
    );
    expect(refused).toMatchObject({ error: { code: 'function-input' } });
  });

  test.each([
    ['no context', {}],
    ['no authorizer', { requestContext: { http: { sourceIp: '192.0.2.7' } } }],
    ['an authorizer of another kind', { requestContext: { authorizer: { jwt: { userArn: ARN } } } }],
    ['nobody', { requestContext: { authorizer: { iam: { userArn: '' } } } }],
    ['something else than a name', { requestContext: { authorizer: { iam: { userArn: { ARN } } } } }],
  ])('[6.2] with %s nobody does, and nothing is begun', async (_which, more) => {
    whatIsLogged();
    let begun = false;
    const { requestContext: _none, ...rest } = request() as { requestContext: object };
    const { statusCode, content } = await ask(
      async () => {
        begun = true;
        return '';
      },
      { ...rest, ...more },
    );
    expect([statusCode, content, begun]).toMatchObject([403, { error: { code: 'caller-unknown' } }, false]);
  });
});

describe('what is answered', () => {
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
  test.each(Object.entries(STATUS))(
    'a %s goes over whole, without its cause, as %d',
    async (family, status) => {
      whatIsLogged();
      const error = {
        code: 'some-code',
        family: family as ErrorFamily,
        message: 'why it failed',
        safe: 'what is safe',
        next: ['rekey status'],
      };
      const { statusCode, content, body } = await ask(async () => {
        throw new RekeyError({ ...error, cause: new Error(CANARY) });
      }, request());
      expect([statusCode, content]).toEqual([status, { error }]);
      expect(body).not.toContain(CANARY);
    },
  );

  test('[4.4] of an error that nobody foresaw nothing leaves', async () => {
    whatIsLogged();
    const { statusCode, content, body } = await ask(async () => {
      throw Object.assign(new Error(CANARY), { name: CANARY, code: CANARY });
    }, request());
    expect([statusCode, content]).toMatchObject([500, { error: { code: 'unforeseen' } }]);
    expect(body).not.toContain(CANARY);
  });

  test('a function that is not there speaks of releases, and repeats no path that is none of ours', async () => {
    whatIsLogged();
    const work: Work = async () => '';
    const { statusCode, content } = await ask(work, request({ rawPath: '/ShowOther' }));
    expect([statusCode, content]).toMatchObject([
      404,
      {
        error: {
          code: 'function-unknown',
          message: expect.stringContaining('Things has no function ShowOther: this command line'),
        },
      },
    ]);
    const odd = await ask(work, request({ rawPath: `/../${CANARY}` }));
    expect(odd.statusCode).toBe(404);
    expect(odd.body).not.toContain(CANARY);
    expect(await ask(work, request({ body: `{${CANARY}` }))).toMatchObject({
      statusCode: 400,
      content: { error: { code: 'request-malformed' } },
    });
  });
});

describe('what is logged', () => {
  test('[5.5] a refusal is an answer, and a failure in the log and in the metrics, under the function that was called', async () => {
    const logged = whatIsLogged();
    const incidentId = 'inc-20261125-payments-0001';
    await ask(
      async () => {
        throw new RekeyError({ code: 'incident-restored', family: 'Conflict', message: CANARY });
      },
      request({}, { v: 1, incidentId }),
    );
    const lines = logged
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => line['event'] === 'failed')).toMatchObject({
      level: 'ERROR',
      function: 'ShowThing',
      incidentId,
      family: 'Conflict',
      code: 'incident-restored',
    });
    expect(lines.find((line) => '_aws' in line)).toMatchObject({
      function: 'rekey-test-Things',
      outcome: 'Conflict',
      Invocations: 1,
    });
    expect(logged.join('')).not.toContain(CANARY);
  });

  test('[6.2] the request that a call is about is in its lines, and nothing that only looks like one', async () => {
    const logged = whatIsLogged();
    const requestId = 'req-20261125-payments-0a1b2c3d';
    await ask(async () => '', request({}, { v: 1, requestId }));
    expect(logged.join('')).toContain(`"rotationRequest":"${requestId}"`);
    await ask(async () => '', request({}, { v: 1, requestId: CANARY }));
    expect(logged.join('')).not.toContain(CANARY);
  });

  test('[1.5] [4.3] a value that goes in or comes out reaches no line, and no cache keeps the answer', async () => {
    const logged = whatIsLogged();
    const coded = { body: Buffer.from(JSON.stringify({ v: 1, value: CANARY })).toString('base64') };
    const { headers, content } = await ask(async () => CANARY, request({ ...coded, isBase64Encoded: true }));
    expect(content).toEqual({ v: 1, said: CANARY });
    expect(headers['cache-control']).toBe('no-store');
    await ask(async () => '', request({}, { v: 1, [CANARY]: CANARY }));
    await ask(async () => '', request({ rawPath: `/${CANARY}` }, { v: 1, value: CANARY }));
    expect(logged.length).toBeGreaterThan(3);
    expect(logged.join('')).not.toContain(CANARY);
  });
});

describe('the fronts', () => {
  const having = (name: string) =>
    FRONTS.filter(({ functions }) => functions.includes(name)).map(({ name }) => name);

  test('have every function that a command calls', () => {
    const root = resolve(import.meta.dirname, '../../../../..');
    const folders = globSync('cli/**/*.ts', { cwd: root }).flatMap((file) =>
      [...readFileSync(resolve(root, file), 'utf8').matchAll(/functions\/([a-z-]+)\/handler\.ts/g)].map(
        ([, folder = '']) => folder,
      ),
    );
    const called = new Set(
      folders.map((folder) =>
        folder.replaceAll(/(?:^|-)([a-z])/g, (_whole, letter: string) => letter.toUpperCase()),
      ),
    );
    expect(called.size).toBeGreaterThan(15);
    expect([...called].filter((name) => having(name).length === 0)).toEqual([]);
  });

  test('[F.1] give each role what is its own: nobody who starts a break-glass signs, enrols or reads, nor the other way', () => {
    expect(having('StartBreakGlass')).toEqual(['Control']);
    expect(having('ResumeIncident')).toEqual(['Control']);
    expect(having('SubmitSignature')).toEqual(['Approval']);
    expect(having('RequestRotation')).toEqual(['Control']);
    expect(having('DecideRequest')).toEqual(['Approval']);
    expect(having('ApplyEnrolment')).toEqual(['Enrolment']);
    expect(having('PutValues')).toEqual(['Enrolment']);
    expect(having('ReadSecret')).toEqual(['Reader']);
    expect(having('ReadAudit')).toEqual(['Auditor']);
    expect(having('ConfirmDelivery')).toEqual(['Confirmation']);
  });
});
