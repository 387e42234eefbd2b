import { chooseDeployment } from '../../cli/deployment/choose.ts';
import { openDeployment } from '../../cli/deployment/face.ts';
import { serveReads } from '../../demo/serve-reads.ts';
import { readSecret } from '../../functions/read-secret/handler.ts';

/** A tool's own process that reads what a reference names from the deployment of its context, signed by its own session. */
const deployment = await chooseDeployment({}, process.env);
if (deployment === null) throw new Error('REKEY_CONTEXT names no deployment');
const face = openDeployment(deployment);

serveReads((ref) => face.call(readSecret, { ref }));
