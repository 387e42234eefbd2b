import { RekeyError } from '../errors.ts';

/** What a button asks for. It names what was shown, and holds nothing that would let anybody in. */
export type Click =
  | { readonly action: 'approve' | 'deny'; readonly requestId: string; readonly planHash: string }
  | { readonly action: 'break-glass'; readonly planHash: string; readonly proposedAtMs: number };

/** Slack's id of a button, by what it asks for. */
export const ACTION_IDS = {
  approve: 'rekey-approve',
  deny: 'rekey-deny',
  'break-glass': 'rekey-break-glass',
} as const satisfies Record<Click['action'], string>;

export function valueOf(click: Click): string {
  return click.action === 'break-glass'
    ? `${click.planHash} ${click.proposedAtMs}`
    : `${click.requestId} ${click.planHash}`;
}

/** `Validation` `slack-button` where no button of ours says that. Pure. */
export function readClick(actionId: string, value: string): Click {
  const [, first = '', second = ''] = /^(\S{1,80}) (\S{1,80})$/.exec(value) ?? [];
  if (actionId === ACTION_IDS['break-glass'] && isHash(first) && /^\d{1,15}$/.test(second))
    return { action: 'break-glass', planHash: first, proposedAtMs: Number(second) };
  const action = (['approve', 'deny'] as const).find((one) => ACTION_IDS[one] === actionId);
  if (action !== undefined && isHash(second)) return { action, requestId: first, planHash: second };
  throw new RekeyError({
    code: 'slack-button',
    family: 'Validation',
    message: 'this button is of another release of Rekey',
    safe: 'Nothing was done.',
    next: ['/rekey help'],
  });
}

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
