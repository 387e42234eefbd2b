import { secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';
import { verbOf } from '../reads.ts';
import { times, touchDetector } from '../touch.ts';

/** A reference that nothing may read was read, or tried. One touch is enough: nobody honest has it. */
export const decoy = touchDetector('decoy', {
  keyOf: (entry) =>
    entry.action === 'read' && entry.read?.secret?.decoy === true && verbOf(entry) !== 'list'
      ? `${whoOf(entry)} ${secretOf(entry)}`
      : undefined,
  say(entry, { count }) {
    const { user } = entry.actor;
    // An inventory describes whatever there is; it asks for no value.
    const looked = verbOf(entry) === 'look';
    const did = looked ? 'described' : entry.outcome === 'success' ? 'read' : 'tried to read';
    return {
      severity: looked ? 'medium' : 'critical',
      certainty: looked ? 'possible' : 'certain',
      seen: `${user} ${did} the decoy ${secretOf(entry)} from ${entry.source}, ${times(count)} that day`,
      unusual: `nothing is to read it: 0 reads are expected, ${count} came`,
      next: quarantineCommand(user),
    };
  },
});
