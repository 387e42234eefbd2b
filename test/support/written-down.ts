import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import type { deployed } from './deployed.ts';
import { localStack } from './localstack.ts';

/** All that Lambda has written down of a stage's functions, and Step Functions of the executions of a machine. */
export async function* writtenDown(
  { named }: Pick<Awaited<ReturnType<typeof deployed>>, 'named'>,
  machine: string,
): AsyncGenerator<string> {
  const logs = new CloudWatchLogsClient(localStack());
  const logGroupNamePrefix = `/aws/lambda/${named('Prefix')}`;
  for await (const { logGroups = [] } of paginateDescribeLogGroups(
    { client: logs },
    { logGroupNamePrefix },
  )) {
    for (const { logGroupName } of logGroups) {
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, { logGroupName }))
        yield events.map(({ message }) => message).join('\n');
    }
  }
  const client = new SFNClient(localStack());
  const stateMachineArn = named(machine);
  for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { executionArn } of executions) {
      for await (const { events } of paginateGetExecutionHistory({ client }, { executionArn }))
        yield JSON.stringify(events);
    }
  }
}
