/** A packaged template: what CloudFormation would be sent. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Where the template is thought to be deployed. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
}

interface Names {
  /** What `Ref` answers. */
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Replaces what CloudFormation would: references, attributes, joined and substituted texts. Throws on any other function. */
export interface Resolver {
  (value: unknown): unknown;
  readonly arnOf: (logicalName: string) => string;
}

/** CloudFormation's answers for a template that was never deployed. A resource without a name of its own goes by its logical one. */
export function resolver({ Resources }: Template, { account, region, stack }: Place): Resolver {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::StackName': stack,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stack}/1`,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const known = new Map<string, Names>();

  function namesOf(logicalName: string): Names {
    const before = known.get(logicalName);
    if (before !== undefined) return before;
    const resource = Resources[logicalName];
    if (resource === undefined) throw new Error(`the template has no ${logicalName}`);
    const names = namesIn(logicalName, resource);
    known.set(logicalName, names);
    return names;
  }

  function namesIn(logicalName: string, { Type, Properties = {} }: Resource): Names {
    const own = (property: string): string =>
      Properties[property] === undefined ? `${stack}-${logicalName}` : String(resolve(Properties[property]));
    const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
    const path = Properties['Path'] === undefined ? '/' : String(resolve(Properties['Path']));
    switch (Type) {
      case 'AWS::IAM::Role': {
        const Arn = `arn:aws:iam::${account}:role${path}${logicalName}`;
        return { ref: logicalName, attributes: { Arn } };
      }
      case 'AWS::IAM::ManagedPolicy':
        return { ref: `arn:aws:iam::${account}:policy${path}${logicalName}`, attributes: {} };
      case 'AWS::DynamoDB::Table': {
        const Arn = arn('dynamodb', `table/${logicalName}`);
        return { ref: logicalName, attributes: { Arn, StreamArn: `${Arn}/stream/1` } };
      }
      case 'AWS::S3::Bucket': {
        const name = logicalName.toLowerCase();
        return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } };
      }
      case 'AWS::KMS::Key':
        return { ref: logicalName, attributes: { Arn: arn('kms', `key/${logicalName}`) } };
      case 'AWS::SNS::Topic':
        return { ref: arn('sns', logicalName), attributes: {} };
      case 'AWS::SQS::Queue':
        return { ref: logicalName, attributes: { Arn: arn('sqs', logicalName), QueueName: logicalName } };
      case 'AWS::Events::EventBus':
        return { ref: own('Name'), attributes: { Arn: arn('events', `event-bus/${own('Name')}`) } };
      case 'AWS::Events::Rule':
        return { ref: own('Name'), attributes: { Arn: arn('events', `rule/${own('Name')}`) } };
      case 'AWS::CloudWatch::Alarm':
        return { ref: own('AlarmName'), attributes: { Arn: arn('cloudwatch', `alarm:${own('AlarmName')}`) } };
      case 'AWS::CloudTrail::Trail':
        return { ref: own('TrailName'), attributes: { Arn: arn('cloudtrail', `trail/${own('TrailName')}`) } };
      case 'AWS::StepFunctions::StateMachine': {
        const Name = own('StateMachineName');
        return { ref: arn('states', `stateMachine:${Name}`), attributes: { Name } };
      }
      case 'AWS::Lambda::Function': {
        const Arn = arn('lambda', `function:${own('FunctionName')}`);
        return { ref: own('FunctionName'), attributes: { Arn } };
      }
      case 'AWS::Logs::LogGroup': {
        const Arn = arn('logs', `log-group:${own('LogGroupName')}:*`);
        return { ref: own('LogGroupName'), attributes: { Arn } };
      }
      default:
        throw new Error(`${logicalName} is a ${Type}, whose names are not known here`);
    }
  }

  function named(name: string): string {
    return pseudo[name] ?? namesOf(name).ref;
  }

  function attribute(logicalName: string, name: string): string {
    const value = namesOf(logicalName).attributes[name];
    if (value === undefined) throw new Error(`${logicalName} has no attribute ${name} that is known here`);
    return value;
  }

  function substituted(text: string, given: Readonly<Record<string, unknown>>): string {
    return text.replaceAll(/\$\{([^}!]+)\}/g, (_whole, name: string) => {
      if (name in given) return String(resolve(given[name]));
      const [logicalName = '', ...rest] = name.split('.');
      return rest.length === 0 ? named(name) : attribute(logicalName, rest.join('.'));
    });
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const [[only, of] = [], ...others] = Object.entries(value);
    if (only === undefined || others.length > 0 || !/^(Ref|Fn::)/.test(only))
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]));
    if (only === 'Ref') return named(String(of));
    if (only === 'Fn::GetAtt') {
      const [logicalName = '', ...rest] = Array.isArray(of) ? (of as string[]) : String(of).split('.');
      return attribute(logicalName, rest.join('.'));
    }
    if (only === 'Fn::Join') {
      const [between, parts] = of as [string, unknown[]];
      return (resolve(parts) as unknown[]).join(between);
    }
    if (only === 'Fn::Sub') {
      const [text, given = {}] = (Array.isArray(of) ? of : [of]) as [string, Record<string, unknown>?];
      return substituted(text, given);
    }
    throw new Error(`${only} is not resolved here`);
  }

  return Object.assign(resolve, {
    arnOf: (logicalName: string): string => {
      const names = namesOf(logicalName);
      return names.attributes['Arn'] ?? names.ref;
    },
  });
}
