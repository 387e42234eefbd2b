import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathsIn } from '../../../local/home.ts';
import { lateReadsIn, takeInLateReads } from '../../../local/late-reads.ts';
import { readsThatWait } from '../../../local/surroundings.ts';
import { aLateRead, describeLateReads } from '../../contracts/late-reads.ts';
import { aState, openedAgain } from '../../support/state.ts';

function aPlace() {
  const state = aState();
  const { services } = state;
  const folder = pathsIn(state.home).lateReads;
  return {
    state,
    folder,
    services,
    lateReads: services.lateReads,
    takeIn: async () => {
      await takeInLateReads(services, folder);
      return services.audit.find({ action: ['read'] });
    },
  };
}

describeLateReads('files', async () => aPlace());

test('[1.4] [6.5] each is a file that nobody else reads, and is gone once the audit has it', async () => {
  const { folder, lateReads, takeIn, state } = aPlace();
  await lateReads.keep(aLateRead());
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readsThatWait(state.home)).toMatchObject([
    { what: 'reads', ok: false, detail: '1 wait to be taken into the audit' },
  ]);
  await takeIn();
  expect(readdirSync(folder)).toEqual([]);
  expect(readsThatWait(state.home)).toEqual([]);
});

test('[1.4] whoever dies after the audit has it and before the file is gone: it is one entry', async () => {
  const { folder, lateReads, takeIn, services, state } = aPlace();
  await lateReads.keep(aLateRead());
  const dying = {
    ...services,
    registry: {
      ...services.registry,
      append: async (entries: Parameters<typeof services.registry.append>[0]) => {
        await services.registry.append(entries);
        throw new Error('killed');
      },
    },
  };
  await expect(takeInLateReads(dying, folder)).rejects.toThrow('killed');
  expect(lateReadsIn(folder)).toBe(1);
  expect(await takeIn()).toHaveLength(1);
  const other = openedAgain(state);
  expect(await takeInLateReads(other.services, folder)).toBe(0);
  expect(await other.services.audit.find({ action: ['read'] })).toHaveLength(1);
});

test('[1.4] the audit still takes nothing: what waits goes on waiting', async () => {
  const { folder, lateReads, services } = aPlace();
  await lateReads.keep(aLateRead());
  const registry = { ...services.registry, append: async () => Promise.reject(new Error('unreachable')) };
  await expect(takeInLateReads({ ...services, registry }, folder)).rejects.toThrow('unreachable');
  expect(lateReadsIn(folder)).toBe(1);
});

test('[1.4] a file that is no read holds up no other, and is put aside whole', async () => {
  const { folder, lateReads, services, takeIn } = aPlace();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '0.json'), '{"id":');
  await lateReads.keep(aLateRead());
  expect(await takeIn()).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['0.json.unread']);
  expect(readFileSync(join(folder, '0.json.unread'), 'utf8')).toBe('{"id":');
  expect(await services.deadLetters.list('unread', 10)).toHaveLength(1);
});
