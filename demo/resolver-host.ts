import { openState } from '../local/state.ts';
import { serveReads } from './serve-reads.ts';

/** The resolver for the demo's consumer, in a process of its own: it outlives the engine. `REKEY_HOME` names the state. */
const { resolver } = openState(process.env['REKEY_HOME'] ?? '');

serveReads((ref) =>
  resolver.read(ref, { user: 'checkout-service', agent: 'demo-consumer', source: `local:${process.pid}` }),
);
