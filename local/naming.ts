import { isSecretRef } from '../shared/domain/secret-ref.ts';
import type { Naming } from '../shared/ports/naming.ts';

/** On one machine others call a secret by its reference, or by the path in it. Rekey has no role of its own here. */
export const localNaming: Naming = {
  refOf(name) {
    if (isSecretRef(name)) return name;
    const ref = `vault://${name}`;
    return isSecretRef(ref) ? ref : null;
  },
  isOwn: () => false,
};
