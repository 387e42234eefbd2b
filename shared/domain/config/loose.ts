/**
 * What of a file can be held against the rest of it, whatever else is wrong with it: what is missing, or of another shape, is
 * undefined. Places in lists stay what they are in the file.
 */
export interface LooseConfig {
  readonly people: Readonly<Record<string, LoosePerson>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly targets: Readonly<Record<string, LooseTarget>>;
  readonly classes: Readonly<Record<string, LooseClass>>;
  readonly consumers: Readonly<Record<string, LooseConsumer>>;
  readonly secrets: readonly LooseSecret[];
  /** Undefined: the file says nothing of it. */
  readonly slack: LooseSlack | undefined;
  readonly audit: unknown;
  readonly detection: unknown;
}

interface LooseSlack {
  readonly signingSecret: string | undefined;
  readonly botToken: string | undefined;
}

interface LoosePerson {
  readonly user: string | undefined;
  readonly sshKeys: readonly (string | undefined)[];
  readonly iam: readonly (string | undefined)[];
  readonly slack: string | undefined;
  readonly groups: readonly (string | undefined)[];
}

interface LooseClass {
  readonly maxAge: string | undefined;
  readonly rotation: unknown;
  readonly audit: unknown;
  readonly startInSlack: readonly (string | undefined)[];
  /** Undefined: the file says nothing of it. */
  readonly approval: LooseApproval | undefined;
  readonly notify: readonly { readonly by: string | undefined; readonly signingKey: string | undefined }[];
}

interface LooseApproval {
  readonly approvers: number;
  readonly groups: readonly (string | undefined)[];
}

interface LooseTarget {
  readonly kind: string | undefined;
  readonly network: string | undefined;
  readonly connection: unknown;
  readonly passwords: readonly (string | undefined)[];
}

export interface LooseConsumer {
  /** In the file's order. */
  readonly means: readonly string[];
  readonly signingKey: string | undefined;
  readonly confirm: unknown;
  readonly path: string | undefined;
  readonly mode: string | undefined;
  readonly worldReadable: unknown;
}

export interface LooseSecret {
  readonly ref: string | undefined;
  readonly className: string | undefined;
  readonly tenant: string | undefined;
  readonly target: string | undefined;
  readonly account: Readonly<Record<string, unknown>>;
  readonly consumers: readonly (string | undefined)[];
  readonly decoy: boolean;
}

export function loosen(file: unknown): LooseConfig {
  const root = mapOf(file);
  return {
    people: each(root['people'], ({ user, sshKeys, iam, slack, groups }) => ({
      user: textOf(user),
      sshKeys: listOf(sshKeys).map(textOf),
      iam: listOf(iam).map(textOf),
      slack: textOf(slack),
      groups: listOf(groups).map(textOf),
    })),
    networks: mapOf(root['networks']),
    targets: each(root['targets'], ({ kind, network, connection, admins }) => ({
      kind: textOf(kind),
      network: textOf(network),
      connection: connection ?? {},
      passwords: listOf(admins).map((admin) => textOf(mapOf(admin)['password'])),
    })),
    classes: each(root['classes'], ({ maxAge, rotation, audit, approval, breakGlass, notify }) => ({
      maxAge: textOf(maxAge),
      rotation,
      audit,
      startInSlack: listOf(mapOf(breakGlass)['startInSlack']).map(textOf),
      approval: approvalOf(approval),
      notify: listOf(notify)
        .map(mapOf)
        .map(({ by, signingKey }) => ({ by: textOf(by), signingKey: textOf(signingKey) })),
    })),
    consumers: each(root['consumers'], (consumer) => {
      const { path, mode, worldReadable } = mapOf(consumer['file']);
      return {
        means: Object.keys(consumer),
        signingKey: textOf(mapOf(consumer['webhook'])['signingKey']),
        confirm: consumer['confirm'],
        path: textOf(path),
        mode: textOf(mode),
        worldReadable,
      };
    }),
    slack:
      root['slack'] === undefined
        ? undefined
        : {
            signingSecret: textOf(mapOf(root['slack'])['signingSecret']),
            botToken: textOf(mapOf(root['slack'])['botToken']),
          },
    audit: root['audit'],
    detection: root['detection'],
    secrets: listOf(root['secrets'])
      .map(mapOf)
      .map(({ ref, class: className, tenant, target, account, consumers, decoy }) => ({
        ref: textOf(ref),
        className: textOf(className),
        tenant: textOf(tenant),
        target: textOf(target),
        account: mapOf(account),
        consumers: listOf(consumers).map(textOf),
        decoy: decoy === true,
      })),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function each<T>(
  value: unknown,
  entry: (fields: Readonly<Record<string, unknown>>) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(mapOf(value)).map(([name, fields]) => [name, entry(mapOf(fields))]),
  );
}

function approvalOf(approval: unknown): LooseApproval | undefined {
  if (approval === undefined) return undefined;
  const { approvers, groups } = mapOf(approval);
  return { approvers: typeof approvers === 'number' ? approvers : 1, groups: listOf(groups).map(textOf) };
}
