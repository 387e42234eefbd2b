import type { Clock } from '../../ports/clock.ts';
import { wallClock } from '../../wall-clock.ts';
import type { Rotator } from '../rotator.ts';
import { Connection } from './connection.ts';
import { awsIamAccessKeyKind } from './kind.ts';
import { openSession } from './target-session.ts';

/**
 * Access keys of IAM users: two at most, made by IAM, without a label. A new one beside the old one, the old one switched off,
 * seen refused by STS, then deleted. `clock` paces the calls and tells a young key.
 */
export function createAwsIamAccessKey(clock: Clock): Rotator {
  return {
    ...awsIamAccessKeyKind,
    open: async (request) => openSession(request, Connection.parse(request.target.connection), clock),
  };
}

/** IAM tells when a key was made by the wall clock. */
export const awsIamAccessKey: Rotator = createAwsIamAccessKey(wallClock);
