import { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { wire } from '../wire.ts';
import { createLambdaWorkers } from '../workers.ts';
import { Json } from './json.ts';
import { registry } from './registry.ts';

const ByNetwork = z.record(z.string().min(1), z.string().min(1));

/** As `deploy/workers.ts` renders them. */
const WorkerNamesJson = Json.pipe(
  z.strictObject({
    RestoreTarget: ByNetwork,
    CheckTarget: ByNetwork,
    NoteIdentities: ByNetwork,
    RestoreClass: z.string().min(1),
  }),
);

export const workers = wire(
  { ...registry.names, REKEY_WORKERS: WorkerNamesJson },
  async ({ REKEY_WORKERS, ...names }) =>
    createLambdaWorkers(new LambdaClient({}), REKEY_WORKERS, await registry.open(names)),
);
