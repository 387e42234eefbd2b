import * as z from 'zod';
import { openKmsSigner } from '../../kms/signer.ts';
import { wire } from '../wire.ts';
import { kms } from './kms.ts';

export const signer = wire({ REKEY_SIGNING_KEY: z.string().min(1) }, ({ REKEY_SIGNING_KEY }) =>
  openKmsSigner(kms, REKEY_SIGNING_KEY),
);
