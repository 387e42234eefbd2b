import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Answer } from './answers.ts';

/** No answer. `sent`: the whole request had left, and may have arrived. */
export class NoAnswer extends Error {
  readonly sent: boolean;
  readonly why: string;

  constructor(why: string, sent: boolean) {
    super(why);
    this.why = why;
    this.sent = sent;
  }
}

/** Node's own client: `fetch` gives up on headers after five minutes, and a function may take fifteen. */
export function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  withinMs: number,
): Promise<Answer> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    let sent = false;
    const fail = (error: Error) => {
      const code = (error as NodeJS.ErrnoException).code ?? error.name;
      reject(new NoAnswer(code === 'ABORT_ERR' ? `within ${withinMs / 1_000} s` : code, sent));
    };
    const outgoing = request(url, { method: 'POST', headers, signal: AbortSignal.timeout(withinMs) });
    outgoing.once('error', fail);
    outgoing.once('finish', () => {
      sent = true;
    });
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', fail);
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          date: incoming.headers.date,
        }),
      );
    });
    outgoing.end(body);
  });
}
