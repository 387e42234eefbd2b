import { isAllowed as isAllowedByAll } from '../../deploy/permissions/evaluate.ts';

export interface KmsRequest {
  readonly principal: string;
  readonly action: string;
  readonly key: string;
  readonly policy: string;
  /** What else of the request conditions may speak of. */
  readonly context?: Readonly<Record<string, string>>;
  /** Of who asks: everything on every key, where nothing else is said. */
  readonly identity?: object;
}

/** The root user may do everything by nature; the evaluator wants it written down. */
const EVERYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
};

/** Whether IAM and the key's policy together allow a request. */
export function isAllowed(request: KmsRequest): Promise<boolean> {
  return isAllowedByAll({
    principal: request.principal,
    action: request.action,
    resource: request.key,
    identity: [request.identity ?? EVERYTHING],
    resourcePolicy: JSON.parse(request.policy) as object,
    ...(request.context === undefined ? {} : { context: request.context }),
  });
}
