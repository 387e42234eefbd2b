import type { AuditAction, AuditEntry } from '../audit/entry.ts';

/** `activity_id` of class 6003. `Other` has its name beside it. */
const ACTIVITIES = { Create: 1, Read: 2, Update: 3, Delete: 4, Other: 99 } as const;
type Activity = keyof typeof ACTIVITIES;

/** By what is done to the secret, the key or the record that an entry is about. */
const OF_ACTIONS: Readonly<Record<AuditAction, Activity>> = {
  read: 'Read',
  change: 'Update',
  reconcile: 'Read',
  finding: 'Create',
  case: 'Update',
  leak: 'Create',
  quarantine: 'Update',
  forget: 'Delete',
  apply: 'Update',
  import: 'Create',
  propose: 'Create',
  'incident-open': 'Create',
  request: 'Create',
  approve: 'Update',
  deny: 'Update',
  expire: 'Update',
  cancel: 'Update',
  void: 'Update',
  begin: 'Update',
  finish: 'Update',
  fence: 'Update',
  unfence: 'Update',
  'direct-fence': 'Update',
  observe: 'Read',
  cut: 'Update',
  restore: 'Update',
  claim: 'Update',
  store: 'Create',
  mint: 'Create',
  install: 'Update',
  'end-sessions': 'Update',
  verify: 'Read',
  promote: 'Update',
  tell: 'Other',
  confirm: 'Update',
  revoke: 'Delete',
  prove: 'Read',
  settle: 'Update',
  'roll-back': 'Update',
  park: 'Update',
  brake: 'Update',
  freeze: 'Update',
  stop: 'Update',
  'over-age': 'Other',
  'key-close': 'Update',
  'key-open': 'Update',
  'key-destroy': 'Delete',
  sign: 'Create',
  reopen: 'Update',
  seal: 'Create',
};

export function activityOf({ action, change }: Pick<AuditEntry, 'action' | 'change'>): {
  readonly activity_id: (typeof ACTIVITIES)[Activity];
  readonly activity_name: string;
} {
  const activity = change === undefined ? OF_ACTIONS[action] : ofChange(change.name);
  return { activity_id: ACTIVITIES[activity], activity_name: activity === 'Other' ? action : activity };
}

const DELETIONS = ['Delete', 'ScheduleKeyDeletion', 'StartSecretVersionDelete', 'EndSecretVersionDelete'];

/** AWS's names begin with what they do; a key's deletion begins with its schedule. */
function ofChange(name: string): Activity {
  if (name.startsWith('Create')) return 'Create';
  return DELETIONS.some((beginning) => name.startsWith(beginning)) ? 'Delete' : 'Update';
}
