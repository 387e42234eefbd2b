import { setTimeout as delay } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Face } from '../face.ts';
import {
  type Answer,
  type Attempt,
  isForbidden,
  neverBegan,
  notPermitted,
  ownAnswer,
  ownRefusal,
  refusedBefore,
  unanswered,
} from './answers.ts';
import { FRONTS, type KnownFront } from './fronts.ts';
import type { DeploymentName } from './name.ts';
import { placesOf } from './places.ts';
import { NoAnswer, post } from './post.ts';
import { sessionOf } from './session.ts';

const LOOK_EVERY_MS = 2_000;

/** Between tries of what Lambda had no room for: about four seconds in all. */
const AGAIN_AFTER_MS: readonly number[] = [250, 500, 1_000, 2_000];

/** A deployed control plane: each call one request, signed by the caller's own AWS session. */
export function openDeployment(name: DeploymentName): Face {
  const credentials = sessionOf(name);
  const places = placesOf(name, credentials);
  /** Whom the session may call: asked first where several have a function. */
  const open = new Set<KnownFront>();

  async function ask(front: KnownFront, functionName: string, body: string): Promise<[Attempt, Answer]> {
    const { url, region } = await places.of(front);
    const target = new URL(functionName, url);
    const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
    for (let tries = 0; ; tries += 1) {
      const attempt = { name, front, functionName, signedAtMs: Date.now() };
      const headers = await signedHeaders(signer, target, body);
      const answer = await post(target, headers, body, front.answersWithinMs).catch((error: unknown) => {
        if (error instanceof NoAnswer) throw unanswered(attempt, target, error.why, error.sent);
        throw error;
      });
      const waitMs = AGAIN_AFTER_MS[tries];
      if (!neverBegan(answer) || ownAnswer(answer) !== null || waitMs === undefined) return [attempt, answer];
      await delay(waitMs);
    }
  }

  return {
    lookEveryMs: LOOK_EVERY_MS,
    // Step Functions needs neither a start nor watching over.
    getReady: () => undefined,
    keepAlive: () => undefined,
    async call(verb, input) {
      const body = JSON.stringify({ ...input, v: 1 });
      const having = FRONTS.filter(({ functions }) => functions.includes(verb.name));
      const inTurn = [
        ...having.filter((front) => open.has(front)),
        ...having.filter((front) => !open.has(front)),
      ];
      if (inTurn.length === 0) throw new Error(`no front has ${verb.name}`);
      for (const front of inTurn) {
        const [attempt, answer] = await ask(front, verb.name, body);
        const content = ownAnswer(answer);
        // Another role's front may have the function too.
        if (content === null && isForbidden(answer)) continue;
        if (content === null) throw refusedBefore(attempt, answer);
        open.add(front);
        const refusal = ownRefusal(content);
        if (refusal !== null) throw refusal;
        const { v: _v, ...output } = content;
        return output as unknown as Awaited<ReturnType<typeof verb.invoke>>;
      }
      throw notPermitted(name, inTurn);
    },
  };
}

async function signedHeaders(signer: SignatureV4, url: URL, body: string): Promise<Record<string, string>> {
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    body,
    headers: { host: url.host, 'content-type': 'application/json' },
    ...(url.port === '' ? {} : { port: Number(url.port) }),
  });
  return (await signer.sign(request)).headers;
}
