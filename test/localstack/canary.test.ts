import { createCanary } from '../../shared/driver/canary.ts';
import { createResolver } from '../../shared/driver/resolver.ts';
import { describeCanary } from '../contracts/canary.ts';
import { awsVault } from '../support/aws-vault.ts';
import { aState } from '../support/state.ts';

describeCanary('over secrets-manager, what KMS refuses [injected]', async () => {
  const { registry, pseudonyms, clock, random } = aState().services;
  const { store, keys } = awsVault(registry);
  const services = { registry, store, keys, pseudonyms, clock, random };
  return { ...services, canary: createCanary(createResolver(services), services) };
});
