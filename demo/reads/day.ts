const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days of ordinary traffic before: what is usual is learnt from them. */
const DAYS = 14;
/** Of night, by the clock of Greenwich. */
const NIGHT = { hour: 3, minute: 12 };

/** Whom and what the day is about. */
export interface Cast {
  readonly account: string;
  readonly region: string;
  /** Names in Secrets Manager. */
  readonly secrets: readonly string[];
  readonly decoy: string;
  /** The role whose rights are stolen, by its name. */
  readonly stolen: string;
}

interface Told {
  readonly atMs: number;
  readonly role?: string;
  readonly user?: string;
  readonly session?: string;
  readonly name?: string;
  readonly event?: string;
  readonly address: string;
  readonly denied?: boolean;
}

/** Records as CloudTrail writes them, the oldest first: fourteen ordinary days, and one on which five things happen. */
export function recordsOfADay(cast: Cast, nowMs: number): Readonly<Record<string, unknown>>[] {
  return [...ordinary(cast, nowMs), ...unusual(cast, nowMs)]
    .toSorted((one, other) => one.atMs - other.atMs)
    .map((told, index) => recordOf(told, cast, `${nowMs.toString(36)}-${index}`));
}

/** Three services, each with its own secrets, every few hours. */
function ordinary({ secrets, stolen }: Cast, nowMs: number): Told[] {
  const told: Told[] = [];
  const roles = [stolen, 'Billing', 'Reports'];
  for (let atMs = nowMs - DAYS * DAY_MS; atMs < nowMs - 60 * MINUTE_MS; atMs += DAY_MS / 2) {
    roles.forEach((role, index) => {
      secrets.slice(index * 4, index * 4 + 4).forEach((name, at) => {
        const session = `${role.toLowerCase()}-1`;
        told.push({
          atMs: atMs + (index * 4 + at) * 1_000,
          role,
          session,
          name,
          address: `10.0.${index}.12`,
        });
      });
    });
  }
  return told;
}

function unusual({ secrets, decoy, stolen }: Cast, nowMs: number): Told[] {
  const probe = { role: 'Crawler', session: 'crawl-7', address: '203.0.113.66', denied: true };
  const thief = { role: stolen, session: 'i-0abc', address: '198.51.100.77' };
  const bulkMs = nowMs - 20 * MINUTE_MS;
  return [
    // Somebody who works by day reads at night.
    { atMs: nightBefore(nowMs), user: 'mallory', name: secrets[0] ?? '', address: '192.0.2.44' },
    // Guesses at names, all refused.
    ...Array.from({ length: 9 }, (_, n) => ({
      ...probe,
      atMs: nowMs - 50 * MINUTE_MS + n * 20_000,
      name: `${secrets[0] ?? ''}-guess-${n}`,
    })),
    // Looks which there are, then reads all of them.
    { ...thief, atMs: bulkMs, event: 'ListSecrets' },
    ...secrets.map((name, n) => ({ ...thief, atMs: bulkMs + 5_000 + n * 4_000, name })),
    // Nothing has a reason to read this one.
    {
      atMs: nowMs - 17 * MINUTE_MS,
      role: 'Reports',
      session: 'reports-1',
      name: decoy,
      address: '10.0.2.12',
    },
  ];
}

function nightBefore(nowMs: number): number {
  const night = new Date(nowMs - 60 * MINUTE_MS);
  night.setUTCHours(NIGHT.hour, NIGHT.minute, 0, 0);
  return night.getTime() > nowMs - 60 * MINUTE_MS ? night.getTime() - DAY_MS : night.getTime();
}

function recordOf(told: Told, { account, region }: Cast, id: string): Readonly<Record<string, unknown>> {
  const { atMs, role, user, session, name, event = 'GetSecretValue', address, denied = false } = told;
  return {
    eventVersion: '1.08',
    eventID: id,
    eventTime: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: event,
    eventType: 'AwsApiCall',
    awsRegion: region,
    recipientAccountId: account,
    sourceIPAddress: address,
    userAgent: 'aws-sdk-js/3',
    requestParameters: denied || name === undefined ? null : { secretId: name },
    responseElements: null,
    readOnly: true,
    managementEvent: true,
    userIdentity:
      role === undefined
        ? { type: 'IAMUser', arn: `arn:aws:iam::${account}:user/${user}`, accountId: account }
        : {
            type: 'AssumedRole',
            arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
            accountId: account,
            sessionContext: {
              sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${account}:role/${role}`, userName: role },
            },
          },
    ...(denied
      ? {
          errorCode: 'AccessDeniedException',
          errorMessage: `User: arn:aws:sts::${account}:assumed-role/${role}/${session} is not authorized to perform: secretsmanager:${event} on resource: ${name} because no identity-based policy allows the action`,
        }
      : {}),
  };
}
