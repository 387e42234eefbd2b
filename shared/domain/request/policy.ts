/** Hours of every day in a time zone. `from` after `until`: over midnight. */
export interface QuietHours {
  /** Minutes since midnight; `until` itself is outside. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Who has to say yes before a class is rotated on request. */
export interface ApprovalPolicy {
  /** People besides the requester, one at least. */
  readonly approvers: number;
  /** They are in one of these groups. Empty: anybody among people. */
  readonly groups: readonly string[];
  /** Whether people of the requester's own team count. */
  readonly requestersTeam: boolean;
  /** How long a request can be approved. */
  readonly lifetimeMs: number;
  /** While they last two more approve. */
  readonly quietHours?: QuietHours;
}

/** Of a class whose policy says nothing of it. */
export const DEFAULT_APPROVAL: ApprovalPolicy = {
  approvers: 1,
  groups: [],
  requestersTeam: true,
  lifetimeMs: 86_400_000,
};

const MORE_IN_QUIET_HOURS = 2;

/** How many have to approve what takes effect at that time. */
export function approversNeeded({ approvers, quietHours }: ApprovalPolicy, atMs: number): number {
  const quiet = quietHours !== undefined && isWithin(quietHours, atMs);
  return quiet ? approvers + MORE_IN_QUIET_HOURS : approvers;
}

function isWithin({ fromMinute, untilMinute, timeZone }: QuietHours, atMs: number): boolean {
  const minute = minuteOfDay(timeZone, atMs);
  return fromMinute <= untilMinute
    ? minute >= fromMinute && minute < untilMinute
    : minute >= fromMinute || minute < untilMinute;
}

/** As the clocks there show it, summer time or not. */
function minuteOfDay(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const numberOf = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return numberOf('hour') * 60 + numberOf('minute');
}
