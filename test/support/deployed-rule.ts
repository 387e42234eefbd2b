import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { localStack } from './localstack.ts';

const client = () => new EventBridgeClient(localStack());

/** The one deployed rule that starts a machine fires every minute from now on, and is otherwise as it was deployed. */
export async function fireEveryMinute(machineArn: string): Promise<void> {
  const events = client();
  const { name, targets } = await ruleOf(events, machineArn);
  const { State, Description } = await events.send(new DescribeRuleCommand({ Name: name }));
  await events.send(
    new PutRuleCommand({ Name: name, ScheduleExpression: 'rate(1 minute)', State, Description }),
  );
  // LocalStack looks at a rule's expression when it is given its targets.
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [...targets] }));
}

/** Starts the machine no more. LocalStack goes on with a rule that is disabled: its target goes. */
export async function silence(machineArn: string): Promise<void> {
  const events = client();
  const { name, targets } = await ruleOf(events, machineArn);
  const Ids = targets.flatMap(({ Id }) => Id ?? []);
  await events.send(new RemoveTargetsCommand({ Rule: name, Ids }));
}

/** Nothing of a stage starts by the clock any more: what stays deployed takes nothing from whatever runs next. */
export async function silenceStage(stack: string): Promise<void> {
  const events = client();
  for await (const { Rules = [] } of rulesOf(events, `${stack}-`))
    for (const { Name, ScheduleExpression } of Rules) {
      if (ScheduleExpression === undefined) continue;
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
      const Ids = Targets.flatMap(({ Id }) => Id ?? []);
      if (Ids.length > 0) await events.send(new RemoveTargetsCommand({ Rule: Name, Ids }));
    }
}

async function* rulesOf(events: EventBridgeClient, NamePrefix: string) {
  let NextToken: string | undefined;
  do {
    const page = await events.send(new ListRulesCommand({ NamePrefix, NextToken }));
    yield page;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

async function ruleOf(events: EventBridgeClient, machineArn: string) {
  const { RuleNames = [] } = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: machineArn }));
  const [name, ...others] = RuleNames;
  if (name === undefined || others.length > 0)
    throw new Error(`${RuleNames.length} rules start ${machineArn}`);
  const { Targets: targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: name }));
  return { name, targets };
}
