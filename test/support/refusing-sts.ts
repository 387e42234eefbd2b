import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';

/** As STS answers for a key that is off or gone, word for word. */
const REFUSAL = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>InvalidClientTokenId</Code>
    <Message>The security token included in the request is invalid.</Message>
  </Error>
  <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
</ErrorResponse>
`;

/**
 * LocalStack goes on letting a key in that is off or deleted. This stands before it and gives the refusal that AWS gives, to
 * whoever signs a call of STS with a key that is not on by LocalStack's own word. Everything else passes through.
 */
export async function refusingSts(local: { readonly endpoint: string; readonly region: string }): Promise<{
  readonly endpoint: string;
  /** Whether STS lets the key in, as this says it. */
  letsIn(id: string): Promise<boolean>;
  /** LocalStack makes the next key, and the answer is lost. */
  loseNextKey(): void;
  close(): Promise<void>;
}> {
  const iam = new IAMClient({
    ...local,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const isOn = async (id: string): Promise<boolean> => {
    try {
      const { UserName } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
      return AccessKeyMetadata.some(({ AccessKeyId, Status }) => AccessKeyId === id && Status === 'Active');
    } catch {
      return false;
    }
  };
  let losing = false;
  const server: Server = createServer((request, response) => {
    void (async () => {
      const [, id, service] =
        /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
      if (service === 'sts' && !(await isOn(id ?? ''))) {
        request.resume();
        response.writeHead(403, { 'content-type': 'text/xml' }).end(REFUSAL);
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const isLost = losing && body.includes('Action=CreateAccessKey');
      if (isLost) losing = false;
      const { method = 'POST', headers, url = '/' } = request;
      const passed = forward(new URL(url, local.endpoint), { method, headers }, (answer) => {
        if (isLost) {
          answer.resume().on('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letsIn: isOn,
    loseNextKey() {
      losing = true;
    },
    async close() {
      iam.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
