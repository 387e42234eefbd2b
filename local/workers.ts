import { checkTarget } from '../functions/check-target/handler.ts';
import { noteIdentities } from '../functions/note-identities/handler.ts';
import { restoreClass } from '../functions/restore-class/handler.ts';
import { restoreTarget } from '../functions/restore-target/handler.ts';
import type { SecretRef } from '../shared/domain/secret-ref.ts';
import type { Needs } from '../shared/driver/services.ts';
import type { Workers } from '../shared/ports/workers.ts';

/** One machine stands in every network and has every right: the same functions, in this process. */
export function createLocalWorkers(
  services: Needs<'registry' | 'store' | 'keys' | 'rotators' | 'clock' | 'random'>,
): Workers {
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  return {
    async restoreTarget(asked) {
      const { restored, failed } = await restoreTarget.invoke(services, { v: 1, ...asked }, context);
      return { restored: restored as SecretRef[], failed };
    },
    async restoreClass(asked) {
      const { restored } = await restoreClass.invoke(services, { v: 1, ...asked }, context);
      return { restored };
    },
    async checkTarget(asked) {
      const { v: _version, ...check } = await checkTarget.invoke(services, { v: 1, ...asked }, context);
      return check;
    },
    async noteIdentities({ targetId, refs }) {
      const asked = { v: 1, targetId, refs };
      const { seen, unseen } = await noteIdentities.invoke(services, asked, context);
      return { seen, unseen };
    },
  };
}
