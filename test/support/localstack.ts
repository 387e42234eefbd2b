/** How to reach the LocalStack that `AWS_ENDPOINT_URL` names. */
export function localStack() {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) {
    throw new Error('AWS_ENDPOINT_URL names no LocalStack: ../shared/localstack/start.sh starts one');
  }
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** The account that LocalStack is. */
export const LOCAL_ACCOUNT = '000000000000';
