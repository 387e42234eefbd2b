import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Account {
  /** Stacks by their name, each with its outputs. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** An error of AWS (`AccessDenied`) instead of any answer, or of the list of all stacks alone. */
  readonly refuses?: { readonly code: string; readonly message: string; readonly listAlone?: boolean };
}

/** `cloudformation:DescribeStacks` of one account as its query protocol answers it, a stack a page. Gone with the test. */
export async function cloudFormationOf({ stacks, refuses }: Account) {
  const asked: string[] = [];

  function answer(body: string): readonly [number, string] {
    const query = new URLSearchParams(body);
    const name = query.get('StackName');
    if (refuses !== undefined && (name === null || refuses.listAlone !== true)) {
      return [403, errorXml(refuses.code, refuses.message)];
    }
    if (name === null) {
      const names = Object.keys(stacks);
      const at = Number(query.get('NextToken') ?? 0);
      const [own] = names.slice(at, at + 1);
      return [200, stacksXml(own === undefined ? [] : [own], at + 1 < names.length ? `${at + 1}` : '')];
    }
    return stacks[name] === undefined
      ? [400, errorXml('ValidationError', `Stack with id ${name} does not exist`)]
      : [200, stacksXml([name], '')];
  }

  function stacksXml(names: readonly string[], next: string): string {
    const members = names.map((name) => {
      const outputs = Object.entries(stacks[name] ?? {}).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      return `<member><StackName>${name}</StackName><Outputs>${outputs.join('')}</Outputs></member>`;
    });
    const token = next === '' ? '' : `<NextToken>${next}</NextToken>`;
    return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${members.join('')}</Stacks>${token}</DescribeStacksResult></DescribeStacksResponse>`;
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      asked.push(body);
      const [status, xml] = answer(body);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function errorXml(code: string, message: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
