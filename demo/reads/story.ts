import { type CaseRecord, subjectText } from '../../shared/domain/case/case.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import type { Rule } from '../../shared/domain/detect/rule.ts';
import type { IncidentView } from '../../shared/driver/incident-view.ts';
import { reopen, viewIn } from '../story.ts';
import type { World } from '../world.ts';
import { type Cast, recordsOfADay } from './day.ts';

/** What the world of the demo is enrolled with besides: office hours, who is a person, and which rules make cases. */
export const DECOY = 'vault://prod/payments/legacy-admin';

export function detectionOf(account: string) {
  return {
    calendars: {
      office: { zone: 'UTC', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
    },
    readers: [
      { principal: `arn:aws:iam::${account}:user/*`, is: 'person', calendar: 'office' },
      { principal: `arn:aws:iam::${account}:role/*`, is: 'machine' },
    ],
    rules: {
      'off-hours': { mode: 'alert' },
      'denied-reads': { mode: 'alert' },
      enumeration: { mode: 'alert' },
      decoy: { mode: 'alert' },
    },
    suppressions: [
      {
        rule: 'enumeration',
        principal: 'checkout-service',
        owner: 'checkout-team',
        reason: 'reads the whole class when it starts',
        until: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
      },
    ],
  };
}

/** Where the day is told, and where its reader comes from. */
export interface Stage {
  readonly cast: Cast;
  /** To whatever takes AWS's trail in. */
  tell(records: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** As the role whose rights were stolen: whether Rekey hands a value out. */
  reads(ref: string): Promise<boolean>;
}

export interface Seen {
  readonly cases: readonly CaseRecord[];
  readonly records: number;
  /** After the quarantine: of all its tries to read. */
  readonly handedOut: number;
  readonly refused: number;
  readonly incident: IncidentView;
  readonly faults: readonly string[];
}

/** How long cases may take to come: on one machine a second, on LocalStack its functions have to start. */
const CASES_WITHIN_MS = 600_000;

/** By whom or what each case is expected to be, and by which rule. */
const EXPECTED: readonly (readonly [Rule, string])[] = [
  ['off-hours', 'user/mallory'],
  ['denied-reads', 'role/Crawler'],
  ['decoy', 'role/Reports'],
];

/** A day with five things that nobody should do: noticed, contained by the command that is proposed, and the class after it. */
export async function tellReads(world: World, stage: Stage, say: (text: string) => void): Promise<Seen> {
  const { rekey } = world;
  const { cast } = stage;
  const refs = world.accounts.map(({ ref }) => ref);
  const records = recordsOfADay(cast, Date.now());
  say(`telling ${records.length} reads of fifteen days, as CloudTrail tells them`);
  await stage.tell(records);

  const isStolen = ({ subject }: CaseRecord) => subject.principal?.endsWith(`role/${cast.stolen}`) === true;
  say('$ rekey cases');
  const cases = await casesOf(
    world,
    (found) =>
      found.some(isStolen) && EXPECTED.every(([rule, who]) => found.some((one) => isOf(one, rule, who))),
  );
  for (const line of (await rekey(['cases'])).stdout.trim().split('\n')) say(`  ${line}`);
  const bulk = cases.find(isStolen);
  const finding = bulk?.findings.find(({ rule }) => rule === 'enumeration');
  if (bulk === undefined || finding === undefined) throw new Error('nobody noticed the bulk read');
  say(`$ rekey case show ${bulk.id}`);
  for (const line of (await rekey(['case', 'show', bulk.id])).stdout.trim().split('\n')) say(`  ${line}`);

  const before = await tries(stage, refs);
  await contain(world, bulk, finding, say);
  const after = await tries(stage, refs);
  say(`  as ${cast.stolen}: ${before.out} of ${refs.length} were handed out before, ${after.out} are now`);

  const words = [
    'break-glass',
    '--class',
    'payments',
    '--cause',
    'reader-compromised',
    '--since',
    new Date(bulk.findings[0]?.atMs ?? Date.now()).toISOString(),
    '--principal',
    bulk.subject.principal ?? '',
  ];
  const { planHash } = JSON.parse((await rekey([...words, '--plan', '--json'], { quiet: true })).stdout) as {
    planHash: string;
  };
  say(`$ rekey ${words.join(' ')} --yes --plan-hash ${planHash.slice(0, 12)}…`);
  const contained = viewIn(await rekey([...words, '--yes', '--plan-hash', planHash, '--json']));
  const incident = contained.state === 'awaiting-reopen' ? await reopen(world, contained, say) : contained;

  const still = await tries(stage, refs);
  return {
    cases,
    records: records.length,
    handedOut: after.out + still.out,
    refused: after.refused + still.refused,
    incident,
    faults: [
      ...(after.out + still.out === 0 ? [] : [`${after.out + still.out} reads were let through`]),
      ...(before.out === refs.length
        ? []
        : [`${before.refused} reads were refused before anybody asked for it`]),
      ...(incident.provenRevoked === refs.length
        ? []
        : [`${incident.provenRevoked} of ${refs.length} are proven dead`]),
    ],
  };
}

function isOf({ subject, counts }: CaseRecord, rule: Rule, who: string): boolean {
  return subject.principal?.endsWith(who) === true && (counts[rule] ?? 0) > 0;
}

async function casesOf(
  world: World,
  enough: (cases: readonly CaseRecord[]) => boolean,
): Promise<CaseRecord[]> {
  const untilMs = Date.now() + CASES_WITHIN_MS;
  for (;;) {
    const said = JSON.parse((await world.rekey(['cases', '--json'], { quiet: true })).stdout) as unknown;
    // A look that was not answered is followed by another.
    const cases = Array.isArray(said) ? (said as CaseRecord[]) : [];
    if (enough(cases)) return cases;
    if (Date.now() > untilMs)
      throw new Error(
        `not all of it was noticed: ${cases.map(({ subject, counts }) => `${subjectText(subject)} ${Object.keys(counts).join(',')}`).join('; ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** By the very command that the finding proposes. */
async function contain(
  { rekey }: World,
  { id }: CaseRecord,
  { next }: Finding,
  say: (text: string) => void,
): Promise<void> {
  const words = [...next.split(' ').slice(1), '--case', id, '--reason', 'reads everything, from elsewhere'];
  const { planHash } = JSON.parse((await rekey([...words, '--plan', '--json'], { quiet: true })).stdout) as {
    planHash: string;
  };
  say(`$ ${next} --case ${id} --reason … --yes --plan-hash ${planHash.slice(0, 12)}…`);
  const { code, stdout } = await rekey([...words, '--yes', '--plan-hash', planHash], { quiet: true });
  for (const line of stdout.trim().split('\n')) say(`  ${line}`);
  if (code !== 0) throw new Error('the quarantine failed');
}

async function tries(stage: Stage, refs: readonly string[]) {
  let out = 0;
  for (const ref of refs) if (await stage.reads(ref)) out += 1;
  return { out, refused: refs.length - out };
}
