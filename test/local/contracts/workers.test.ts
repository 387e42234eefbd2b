import { describeWorkers } from '../../contracts/workers.ts';

describeWorkers('embedded', async ({ workers }) => workers);
