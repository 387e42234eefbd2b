import { describeKeys } from '../contracts/keys.ts';
import { awsVault } from '../support/aws-vault.ts';
import { aState } from '../support/state.ts';

describeKeys('kms, what KMS refuses [injected]', async () => {
  const { registry } = aState().services;
  return { ...awsVault(registry), registry };
});

describeKeys('kms with a warm spare, what KMS refuses [injected]', async () => {
  const { registry } = aState().services;
  const vault = awsVault(registry);
  await vault.keys.keepSpares();
  return { ...vault, registry };
});
