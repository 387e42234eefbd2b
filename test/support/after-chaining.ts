import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { archiveAudit } from '../../functions/archive-audit/handler.ts';
import { publishAudit } from '../../functions/publish-audit/handler.ts';
import { signCheckpoint } from '../../functions/sign-checkpoint/handler.ts';
import { tellPeople } from '../../functions/tell-people/handler.ts';
import type { Notice } from '../../shared/domain/notice.ts';
import type { DeployedServices, Services } from '../../shared/driver/services.ts';
import type { ChainedEntry } from '../../shared/ports/audit-bus.ts';
import { createArchiveFolder } from './archive-folder.ts';
import { createMemoryCursor } from './memory-cursor.ts';

const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER };

/** What follows the chain of a state: an archive in a folder, and whatever bus and people were told. */
export function afterChaining(services: Services) {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const sent: ChainedEntry[] = [];
  const notices: Notice[] = [];
  const cursor = () => createMemoryCursor(services.clock);
  const deployed: DeployedServices = {
    ...services,
    chained: services.audit,
    archive: createArchiveFolder(folder),
    archived: cursor(),
    signed: cursor(),
    bus: {
      async send(entries) {
        sent.push(...entries);
      },
    },
    published: cursor(),
    notices: {
      means: ['email'],
      async tell({ notice }) {
        notices.push(notice);
        return { state: 'told' };
      },
    },
    told: cursor(),
    cleanLogs: { put: async () => undefined },
  };
  return {
    folder,
    deployed,
    sent,
    notices,
    /** One invocation each, after the chain's own writer; ports may be swapped for it. */
    archive: async (swapped: Partial<DeployedServices> = {}, context = CONTEXT) => {
      await services.audit.chainPending();
      return archiveAudit.invoke({ ...deployed, ...swapped }, { v: 1 }, context);
    },
    sign: (input: object = {}, swapped: Partial<DeployedServices> = {}) =>
      signCheckpoint.invoke({ ...deployed, ...swapped }, { v: 1, ...input }, CONTEXT),
    publish: async (swapped: Partial<DeployedServices> = {}, context = CONTEXT) => {
      await services.audit.chainPending();
      return publishAudit.invoke({ ...deployed, ...swapped }, { v: 1 }, context);
    },
    tell: async (swapped: Partial<DeployedServices> = {}) => {
      await services.audit.chainPending();
      return tellPeople.invoke({ ...deployed, ...swapped }, { v: 1 }, CONTEXT);
    },
  };
}
