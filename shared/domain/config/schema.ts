import * as z from 'zod';
import { SIGNAL_NAMES } from '../consumer.ts';
import { IAM_PATTERN } from '../identity.ts';
import { parseRate, QUOTAS, type Quota } from '../pacing/quota.ts';
import { bitsOf, LEAST_BITS, lackingShare, MOST_LACKING } from '../password.ts';
import { isSecretRef } from '../secret-ref.ts';
import { Audit, ClassAudit } from './audit.ts';
import { Detection } from './detection.ts';
import { parseDuration } from './duration.ts';
import { Notify } from './notify.ts';
import { Rotation } from './rotation.ts';
import { SlackId } from './slack-id.ts';
import { Duration } from './written-duration.ts';

const Ref = z.string().refine(isSecretRef, { error: 'is no reference: vault://path, letters, digits, ._-/' });
const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, { error: 'is no name: letters, digits, ._-, at most 63' });

/** Below the quota by one at least, so that one call may go at once and no second sees more than the quota. */
const Rate = (quota: Quota) =>
  z
    .string()
    .refine((text) => (parseRate(text) ?? QUOTAS[quota]) < QUOTAS[quota], {
      error: `is no pace: 1/s to ${QUOTAS[quota] - 1}/s, the quota is ${QUOTAS[quota]}/s`,
    })
    .meta({ pattern: '^[1-9]\\d*/s$' });

/** A person remembers that long what it was about. */
const LONGEST_LIFE_MS = 30 * 86_400_000;

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is no time of day: 22:00, in quotes' });
const TimeZone = z.string().refine(isTimeZone, { error: 'is no time zone: Europe/Berlin' });

const Id = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`), { error: `is no id: ${kind}-…` });

const Path = z.string().regex(/^\/(?:[^\0]*[^/\0])?$/, { error: 'is no absolute path' });

/** Others wait to be told meanwhile. */
const LONGEST_EXEC_MS = 30_000;

/** How a consumer is told: one of them each. */
const CONSUMER_MEANS = {
  webhook: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }), signingKey: Ref })
    .optional()
    .describe('Reference and version, signed (Standard Webhooks).'),
  exec: z
    .strictObject({
      command: z
        .tuple([Path], z.string())
        .describe(
          'An absolute path and its arguments; no shell. Reference and version are in its environment.',
        ),
      timeout: Duration.refine((text) => (parseDuration(text) ?? 0) <= LONGEST_EXEC_MS, {
        error: 'is longer than 30s: a command that takes longer confirms later (confirm: callback)',
      })
        .default('30s')
        .describe('It is killed after this.'),
    })
    .optional()
    .describe('A command on this machine; one machine alone.'),
  sns: z
    .strictObject({
      topic: z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, {
        error: 'is no ARN of a topic',
      }),
    })
    .optional()
    .describe('Reference and version, published to a topic; on AWS alone.'),
  file: z
    .strictObject({
      path: Path.describe(
        'Of no other consumer and no other secret: it holds the current value and nothing else.',
      ),
      mode: z
        .string()
        .regex(/^0?[0-7]{3}$/, { error: 'is no mode: "0600", "0640"' })
        .default('0600')
        .describe('In quotes, octal.'),
      worldReadable: z.literal(true).optional().describe('Has to be said where mode lets everyone read it.'),
      owner: z
        .string()
        .regex(/^(?:[A-Za-z_][A-Za-z0-9._-]*|\d+)(?::(?:[A-Za-z_][A-Za-z0-9._-]*|\d+))?$/, {
          error: 'is no owner: user, user:group, by name or number',
        })
        .optional()
        .describe('Default: whoever runs Rekey.'),
      signal: z
        .strictObject({
          pidFile: Path,
          name: z.enum(SIGNAL_NAMES).default('SIGHUP'),
        })
        .optional()
        .describe('The process that reads it again.'),
    })
    .optional()
    .describe('The value itself, in a file of this machine, replaced in one step; one machine alone.'),
};
const Passwords = z
  .strictObject({
    length: z.int().min(8).max(128).default(32).describe('Characters.'),
    characters: z
      .array(z.string().regex(/^[\x21-\x7e]+$/, { error: 'has a character that is not printable ASCII' }))
      .min(1)
      .default(['letters', 'digits'])
      .describe(
        'letters, lower, upper, digits, symbols, or the characters themselves; one at least of each is in every password.',
      ),
  })
  .superRefine((policy, context) => {
    const bits = bitsOf(policy);
    if (bits < LEAST_BITS) {
      context.addIssue({
        code: 'custom',
        message: `could be guessed: ${bits} bits, ${LEAST_BITS} are the least; make them longer, or of more characters`,
      });
    }
    if (lackingShare(policy) > MOST_LACKING) {
      context.addIssue({
        code: 'custom',
        message: 'can hardly hold one of each of its characters: make them longer, or name fewer sorts',
      });
    }
  });

/** `rekey.yaml`, version 1, as people write it. Unknown keys are mistakes. */
export const ConfigFile = z
  .strictObject({
    version: z.literal(1).describe('Version of this file’s format.'),
    people: z
      .record(
        Name,
        z.strictObject({
          user: z.string().min(1).optional().describe('User name on this machine.'),
          sshKeys: z
            .array(z.string().min(1))
            .default([])
            .describe('OpenSSH public keys that sign for the person.'),
          iam: z
            .array(
              z.string().regex(IAM_PATTERN, { error: 'is no ARN of an IAM user or of a role’s session' }),
            )
            .default([])
            .describe(
              'ARNs of an IAM user or a role’s session; a * may end the role’s name, the session is written out.',
            ),
          slack: z
            .string()
            .regex(/^[UW][A-Z0-9]{4,}$/, { error: 'is no id of a Slack user: U…, not a name' })
            .optional()
            .describe('Slack’s id of the user.'),
          groups: z.array(Name).default([]).describe('By which an approval names who decides.'),
          team: Name.optional(),
        }),
      )
      .default({})
      .describe('Who may act; signatures of re-openings are checked against these keys.'),
    networks: z
      .record(
        Name,
        z.strictObject({
          subnets: z
            .array(Id('subnet'))
            .min(1)
            .describe('Where the workers for its targets stand; two, for when one fails.'),
          securityGroups: z.array(Id('sg')).min(1).describe('What they may reach.'),
          endpoints: z
            .strictObject({
              vpc: Id('vpc'),
              routeTables: z.array(Id('rtb')).default([]).describe('That dynamodb is routed through.'),
              services: z
                .array(z.enum(['dynamodb', 'kms', 'secretsmanager', 'sts']))
                .min(1)
                .describe('That cannot be reached from there yet: an endpoint is made for each.'),
            })
            .optional()
            .describe('Left out: the network reaches AWS by itself.'),
        }),
      )
      .default({})
      .describe('On AWS, where targets stand that cannot be reached from outside.'),
    targets: z
      .record(
        Name,
        z.strictObject({
          kind: z
            .string()
            .describe(
              'What accepts the credentials: aws-iam-access-key, http, mysql, oauth-client, postgres, redis.',
            ),
          network: Name.default('local').describe(
            'From where it is reached: local, or one of networks. One machine has local alone.',
          ),
          connection: z.record(z.string(), z.unknown()).describe('In the words of the kind.'),
          admins: z
            .array(z.strictObject({ user: z.string().min(1), password: Ref }))
            .min(1)
            .describe(
              'Admin credentials by reference; the second serves when the first could have been read.',
            ),
          maxConnections: z
            .int()
            .min(2)
            .max(100)
            .default(8)
            .describe('Connections that Rekey opens at once.'),
          passwords: Passwords.optional().describe(
            'What it takes for a password; 32 letters, digits, - and _ where left out.',
          ),
        }),
      )
      .default({}),
    pacing: z
      .strictObject({
        secretsManagerWrites: Rate('secretsManagerWrites')
          .optional()
          .describe('On AWS, writes to Secrets Manager of all workers together; 40/s of the account’s 50/s.'),
      })
      .default({})
      .describe('What Rekey takes of an account’s quotas.'),
    slack: z
      .strictObject({
        team: SlackId('T', 'workspace').describe('The workspace: what comes from another is refused.'),
        channel: SlackId('CG', 'channel').describe('Where requests and incidents are shown.'),
        signingSecret: Ref.describe('What Slack signs its requests with.'),
        botToken: Ref.describe('What Rekey writes there with.'),
      })
      .optional()
      .describe('Left out: Rekey is not in Slack. docs/slack.md.'),
    audit: Audit.prefault({}).describe('How long the audit is kept where an archive keeps it.'),
    detection: Detection.optional().describe(
      'What is noticed of who reads what. Left out: every rule observes, with its own figures. docs/detectors.',
    ),
    classes: z
      .record(
        Name,
        z.strictObject({
          owner: z.string().min(1).describe('Who answers for what is left open.'),
          maxAge: Duration.describe('Oldest a credential may become.'),
          breakGlass: z
            .strictObject({
              deadline: Duration.default('15m').describe('How long unfinished work is swept.'),
              startInSlack: z
                .array(Name)
                .default([])
                .describe('Groups whose people may start one from Slack; left out: nobody, Slack proposes.'),
            })
            .prefault({}),
          approval: z
            .strictObject({
              approvers: z.int().min(1).max(10).default(1).describe('People besides the requester.'),
              groups: z.array(Name).default([]).describe('They are in one of these; left out: anybody.'),
              requestersTeam: z.boolean().default(true).describe('Whether the requester’s own team decides.'),
              lifetime: Duration.refine((text) => (parseDuration(text) ?? 0) <= LONGEST_LIFE_MS, {
                error: 'is too long: 30d at most',
              })
                .default('1d')
                .describe('How long a request can be approved.'),
              quietHours: z
                .strictObject({ from: TimeOfDay, until: TimeOfDay, timeZone: TimeZone })
                .optional()
                .describe('While they last two more approve.'),
            })
            .optional()
            .describe('Of rotations on request; left out: one person of any group, within a day.'),
          notify: Notify.optional().describe(
            'Who is told of what. Left out: on AWS everything, to whoever has subscribed to the topic.',
          ),
          rotation: Rotation.optional().describe(
            'When and how its secrets rotate by themselves. Left out: they do not.',
          ),
          reads: z
            .strictObject({
              withoutAudit: z
                .enum(['refuse', 'serve'])
                .default('refuse')
                .describe(
                  'What becomes of a read whose entry the audit cannot take: refuse, or serve once the entry is durable elsewhere. docs/reads.md.',
                ),
            })
            .optional()
            .describe('Left out: no value without its entry in the audit.'),
          audit: ClassAudit.optional().describe(
            'How long its audit is kept. Left out: as long as the archive keeps everything.',
          ),
        }),
      )
      .default({}),
    consumers: z
      .record(
        Name,
        z
          .strictObject({
            owner: z.string().min(1),
            ...CONSUMER_MEANS,
            confirm: z
              .union([z.boolean(), z.enum(['callback', 'observed'])], {
                error: 'is neither false, true, callback nor observed',
              })
              .default(false)
              .describe(
                'It has to be known to use the new version: true, by its answer; callback, later, by the token it was told with; observed, by what the target shows.',
              ),
          })
          .meta({ oneOf: Object.keys(CONSUMER_MEANS).map((means) => ({ required: [means] })) }),
      )
      .default({})
      .describe('Services that are told of new versions, by one of webhook, exec, sns, file each.'),
    secrets: z
      .array(
        z.strictObject({
          ref: Ref,
          class: z.string(),
          tenant: Name,
          target: z.string().optional().describe('Left out: a value that people put and no rotator changes.'),
          account: z
            .record(z.string(), z.string())
            .default({})
            .describe('In the words of the target’s kind.'),
          owner: z.string().min(1).optional().describe('Default: the class’s owner.'),
          consumers: z.array(z.string()).default([]),
          decoy: z
            .literal(true)
            .optional()
            .describe('Nothing may ever read it: whoever does is found at once. docs/detectors.'),
        }),
      )
      .default([]),
  })
  .meta({ title: 'rekey.yaml', description: 'Targets, classes, secrets, consumers and people of Rekey.' });

export type ConfigFile = z.output<typeof ConfigFile>;

/** A name that the tables of IANA have. An offset is none: it would be wrong for half of the year. */
function isTimeZone(text: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions();
    return /^[A-Za-z]/.test(timeZone);
  } catch {
    return false;
  }
}

/** The published schema for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(ConfigFile, { io: 'input' });
}
