import type { Quota } from '../../../domain/pacing/quota.ts';
import type { Key } from './write.ts';

/** The registry's keys, as docs/aws-tables.md lists them. */

/** Sorts after every key of ours. */
export const LAST = '\u{10FFFF}';

/** The registry's one index. Sparse: deliveries that are not done, by shard (`dq`) and due time (`dt`); keys only. */
export const DUE_INDEX = 'due';

/** What is enrolled and small, and the names of all classes there ever were. */
export const ENROLMENT = 'ENROLMENT';
export type EnrolledKind = 'CLASS' | 'TARGET' | 'CONSUMER' | 'PERSON';

export const enrolledKey = (kind: EnrolledKind, name: string): Key => ({
  pk: ENROLMENT,
  sk: `${kind}#${name}`,
});

export const classKey = (name: string): Key => ({ pk: `CLASS#${name}`, sk: 'CLASS' });
export const memberKey = (className: string, ref: string): Key => ({
  pk: `CLASS#${className}`,
  sk: `MEMBER#${ref}`,
});

export const secretKey = (ref: string): Key => ({ pk: `SECRET#${ref}`, sk: 'SECRET' });
/** A settled version. Fixed width: a secret's versions come in their order. */
export const versionKey = (ref: string, ordinal: number): Key => ({
  pk: `SECRET#${ref}`,
  sk: `VERSION#${padded(ordinal, 10)}`,
});

export const INCIDENTS = 'INCIDENTS';
export const incidentKey = (id: string): Key => ({ pk: INCIDENTS, sk: id });
export const planKey = (incident: string, part: number): Key => ({
  pk: `INCIDENT#${incident}`,
  sk: `PLAN#${padded(part, 3)}`,
});
export const REQUESTS = 'REQUESTS';
export const requestKey = (id: string): Key => ({ pk: REQUESTS, sk: id });

export const cutKey = (incident: string, part: number, target: string): Key => ({
  pk: `INCIDENT#${incident}`,
  sk: `CUT#${padded(part, 3)}#${target}`,
});
export const deliveryKey = (incident: string, id: string): Key => ({
  pk: `INCIDENT#${incident}`,
  sk: `DELIVERY#${id}`,
});

/** Buckets of the quotas, and what `rekey.yaml` says of them. */
export const PACE = 'PACE';
export const paceKey = (quota: Quota): Key => ({ pk: PACE, sk: quota });

export const FREEZES = 'FREEZES';
/** Everything's comes before every class's. */
export const freezeKey = (className: string | undefined): Key => ({
  pk: FREEZES,
  sk: className === undefined ? 'ALL' : `CLASS#${className}`,
});

/** Secrets that a rule asked to rotate. */
export const ASKED = 'ASKED';
export const askedKey = (ref: string): Key => ({ pk: ASKED, sk: ref });

/** Principals that are refused: those that stand, and apart from them those that were lifted. */
export const QUARANTINES = 'QUARANTINES';
export const quarantineKey = (id: string): Key => ({ pk: QUARANTINES, sk: id });
export const liftedKey = (id: string): Key => ({ pk: `QUARANTINE#${id}`, sk: 'LIFTED' });
/** Keys under which there are fingerprints. */
export const FINGERPRINTED = 'FINGERPRINTED';
export const fingerprintedKey = (keyId: string): Key => ({ pk: FINGERPRINTED, sk: keyId });
export const fingerprintsUnder = (keyId: string): string => `FINGERPRINTS#${keyId}`;
export const fingerprintsKey = (keyId: string, batch: string): Key => ({
  pk: fingerprintsUnder(keyId),
  sk: batch,
});

export const noticeKey = (id: string): Key => ({ pk: `NOTICE#${id}`, sk: 'NOTICE' });

export const breakerKey = (target: string): Key => ({ pk: `TARGET#${target}`, sk: 'BREAKER' });

/** The workspace, apart from what else is enrolled: the endpoint may look at it, and at nothing beside. */
export const SLACK_WORKSPACE: Key = { pk: 'SLACK', sk: 'WORKSPACE' };

/** What is noticed: one record, apart from what else is enrolled, so that who judges reads may look at it alone. */
export const DETECTION: Key = { pk: 'DETECTION', sk: 'POLICY' };
/** Of the whole stage's audit; in a collection with no other. */
export const AUDIT_POLICY: Key = { pk: 'AUDIT', sk: 'POLICY' };

/** Who stands behind a pseudonym, and where he is found by his name. */
export const pseudonymKey = (pseudonym: string): Key => ({ pk: `PSEUDONYM#${pseudonym}`, sk: 'PERSON' });
export const personKey = (digest: string): Key => ({ pk: `PERSON#${digest}`, sk: 'PSEUDONYM' });

/** What stands in Slack. */
export const SLACK_MESSAGES = 'SLACK-MESSAGES';
export const slackMessageKey = (subject: string): Key => ({ pk: SLACK_MESSAGES, sk: subject });

/** One request of Slack's that was taken. */
export const slackSeenKey = (signature: string): Key => ({ pk: `SLACK-SEEN#${signature}`, sk: 'SEEN' });

export interface Range {
  /** Of the sort key: inclusive both. Default everything. */
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  /** From the last sort key on, backwards. */
  readonly backwards?: true;
}

/** The part of a collection whose sort keys start so. */
export function startingWith(prefix: string): Range {
  return { from: prefix, to: `${prefix}${LAST}` };
}

export function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
