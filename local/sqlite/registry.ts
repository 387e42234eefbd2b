import type { DatabaseSync } from 'node:sqlite';
import type { AuditPolicy } from '../../shared/domain/audit/policy.ts';
import { takeTurn } from '../../shared/domain/brake.ts';
import { takeClaim } from '../../shared/domain/claim.ts';
import {
  type ClassRecord,
  type Scope,
  withBrake,
  withIncident,
  withoutIncident,
} from '../../shared/domain/class.ts';
import { classUnknown } from '../../shared/domain/class-unknown.ts';
import { keepHistory } from '../../shared/domain/config/history.ts';
import type { ConsumerRecord } from '../../shared/domain/consumer.ts';
import type { CutRecord } from '../../shared/domain/cut.ts';
import { type Delivery, isDone, LONGEST_RETRY_MS } from '../../shared/domain/delivery.ts';
import type { DetectionPolicy } from '../../shared/domain/detect/policy.ts';
import type { IncidentRecord, Plan } from '../../shared/domain/incident.ts';
import { epochMoved, incidentChanged } from '../../shared/domain/incident-conflict.ts';
import type { PaceRecord } from '../../shared/domain/pacing/quota.ts';
import type { Person } from '../../shared/domain/person.ts';
import { isStanding, type Quarantine } from '../../shared/domain/quarantine/record.ts';
import { requestChanged } from '../../shared/domain/request/conflict.ts';
import type { RequestRecord } from '../../shared/domain/request/record.ts';
import type { AskedRotation } from '../../shared/domain/schedule/asked.ts';
import type { Freeze } from '../../shared/domain/schedule/freeze.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { SlackWorkspace } from '../../shared/domain/slack/workspace.ts';
import type { Breaker, TargetRecord } from '../../shared/domain/target.ts';
import type { VersionRecord } from '../../shared/domain/version.ts';
import type { ClaimAnswer, Registry } from '../../shared/ports/registry.ts';
import { createAppender } from './append-together.ts';
import { insertEntries } from './audit-rows.ts';
import { transact } from './database.ts';
import { createSqliteNotices } from './notices.ts';

/** The registry on SQLite: each verb is one transaction. Idempotency and errors: `shared/ports/registry.ts`. */
export function createSqliteRegistry(database: DatabaseSync): Registry {
  const plans = new Map<string, Plan>();

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the document's type at the call
  function rows<T>(sql: string, ...parameters: (string | number)[]): T[] {
    return database
      .prepare(sql)
      .all(...parameters)
      .map((row) => JSON.parse(String(row['doc'])) as T);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names the document's type at the call
  function row<T>(sql: string, ...parameters: (string | number)[]): T | null {
    return rows<T>(sql, ...parameters)[0] ?? null;
  }

  function run(sql: string, ...parameters: (string | number)[]): number {
    return Number(database.prepare(sql).run(...parameters).changes);
  }

  const among = (names: readonly string[]) => JSON.stringify(names);

  function secretsOf(refs: readonly string[]): SecretRecord[] {
    const found = new Map(
      rows<SecretRecord>(
        'SELECT doc FROM secret WHERE ref IN (SELECT value FROM json_each(?))',
        among(refs),
      ).map((secret) => [secret.ref as string, secret]),
    );
    return refs.flatMap((ref) => found.get(ref) ?? []);
  }

  function putSecret(secret: SecretRecord): void {
    run(
      `INSERT INTO secret (ref, class, tenant, target, fencing, doc) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (ref) DO UPDATE SET class = excluded.class, tenant = excluded.tenant, target = excluded.target,
         fencing = excluded.fencing, doc = excluded.doc`,
      secret.ref,
      secret.className,
      secret.tenant,
      secret.target,
      secret.fencing,
      JSON.stringify(secret),
    );
  }

  function putVersion(version: VersionRecord): void {
    run(
      `INSERT INTO version (id, ref, key_id, fate, doc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET fate = excluded.fate, doc = excluded.doc
         WHERE version.fate NOT IN ('revoked-proven', 'failed')`,
      version.id,
      version.ref,
      version.keyId,
      version.fate,
      JSON.stringify(version),
    );
  }

  function putDelivery(delivery: Delivery): void {
    run(
      `INSERT INTO delivery (id, incident, open, due_ms, doc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET open = excluded.open, due_ms = excluded.due_ms, doc = excluded.doc
         WHERE delivery.open = 1`,
      delivery.id,
      delivery.incident,
      isDone(delivery) ? 0 : 1,
      Math.ceil(delivery.dueAtMs),
      JSON.stringify(delivery),
    );
  }

  function putClass(record: ClassRecord): void {
    run(
      `INSERT INTO class (name, epoch, doc) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, doc = excluded.doc`,
      record.name,
      record.epoch,
      JSON.stringify(record),
    );
  }

  function enrolClass(wanted: ClassRecord): void {
    const standing = row<ClassRecord>('SELECT doc FROM class WHERE name = ?', wanted.name);
    putClass(standing === null ? wanted : keepHistory('classes', standing, wanted));
  }

  function enrolSecret(wanted: SecretRecord): void {
    const [standing] = secretsOf([wanted.ref]);
    if (standing !== undefined) {
      putSecret(keepHistory('secrets', standing, wanted));
      return;
    }
    // Enrolled before and removed: an ordinal that comes twice would name the version that is there, and the store keeps its first value.
    const [last] = database
      .prepare("SELECT max(doc ->> '$.ordinal') AS ordinal FROM version WHERE ref = ?")
      .all(wanted.ref);
    putSecret({ ...wanted, ordinal: Math.max(wanted.ordinal, Number(last?.['ordinal'] ?? 0)) });
  }

  /** The plan can be large and never changes: kept in its own column, parsed once a process. */
  function incidentOf(found: Record<string, unknown> | undefined): IncidentRecord | null {
    if (found === undefined) return null;
    const id = String(found['id']);
    let plan = plans.get(id);
    if (plan === undefined) {
      const [stored] = database.prepare('SELECT plan FROM incident WHERE id = ?').all(id);
      plan = JSON.parse(String(stored?.['plan'])) as Plan;
      plans.set(id, plan);
    }
    return { ...(JSON.parse(String(found['doc'])) as Omit<IncidentRecord, 'plan'>), plan };
  }

  function incidentDocument({ plan: _plan, ...rest }: IncidentRecord): string {
    return JSON.stringify(rest);
  }

  function cutOf(incident: string, target: string): CutRecord | null {
    return row<CutRecord>('SELECT doc FROM cut WHERE incident = ? AND target = ?', incident, target);
  }

  function putCut(cut: CutRecord): void {
    run(
      `INSERT INTO cut (incident, target, doc) VALUES (?, ?, ?)
       ON CONFLICT (incident, target) DO UPDATE SET doc = excluded.doc`,
      cut.incident,
      cut.target,
      JSON.stringify(cut),
    );
  }

  return {
    async enrolment() {
      return {
        classes: rows<ClassRecord>('SELECT doc FROM class ORDER BY name'),
        targets: rows<TargetRecord>('SELECT doc FROM target ORDER BY id'),
        secrets: rows<SecretRecord>('SELECT doc FROM secret ORDER BY ref'),
        consumers: rows<ConsumerRecord>('SELECT doc FROM consumer ORDER BY name'),
        people: rows<Person>('SELECT doc FROM person ORDER BY name'),
        pacing: rows<PaceRecord>('SELECT doc FROM pace ORDER BY name'),
        slack: rows<SlackWorkspace>('SELECT doc FROM slack'),
        detection: rows<DetectionPolicy>('SELECT doc FROM detection'),
        audit: rows<AuditPolicy>('SELECT doc FROM audit_policy'),
      };
    },

    async applyEnrolment(changes) {
      transact(database, () => {
        for (const { put, remove, entries } of changes) {
          for (const record of put.classes ?? []) enrolClass(record);
          for (const target of put.targets ?? []) {
            run('INSERT OR REPLACE INTO target (id, doc) VALUES (?, ?)', target.id, JSON.stringify(target));
          }
          for (const secret of put.secrets ?? []) enrolSecret(secret);
          for (const consumer of put.consumers ?? []) {
            run(
              'INSERT OR REPLACE INTO consumer (name, doc) VALUES (?, ?)',
              consumer.name,
              JSON.stringify(consumer),
            );
          }
          for (const person of put.people ?? []) {
            run(
              'INSERT OR REPLACE INTO person (name, doc) VALUES (?, ?)',
              person.name,
              JSON.stringify(person),
            );
          }
          for (const pace of put.pacing ?? []) {
            run('INSERT OR REPLACE INTO pace (name, doc) VALUES (?, ?)', pace.name, JSON.stringify(pace));
          }
          for (const slack of put.slack ?? []) {
            run('INSERT OR REPLACE INTO slack (name, doc) VALUES (?, ?)', slack.name, JSON.stringify(slack));
          }
          for (const policy of put.detection ?? []) {
            run(
              'INSERT OR REPLACE INTO detection (name, doc) VALUES (?, ?)',
              policy.name,
              JSON.stringify(policy),
            );
          }
          for (const policy of put.audit ?? []) {
            run(
              'INSERT OR REPLACE INTO audit_policy (name, doc) VALUES (?, ?)',
              policy.name,
              JSON.stringify(policy),
            );
          }
          for (const name of remove.classes ?? []) run('DELETE FROM class WHERE name = ?', name);
          for (const id of remove.targets ?? []) run('DELETE FROM target WHERE id = ?', id);
          for (const ref of remove.secrets ?? []) run('DELETE FROM secret WHERE ref = ?', ref);
          for (const name of remove.consumers ?? []) run('DELETE FROM consumer WHERE name = ?', name);
          for (const name of remove.people ?? []) run('DELETE FROM person WHERE name = ?', name);
          for (const name of remove.pacing ?? []) run('DELETE FROM pace WHERE name = ?', name);
          for (const name of remove.slack ?? []) run('DELETE FROM slack WHERE name = ?', name);
          for (const name of remove.detection ?? []) run('DELETE FROM detection WHERE name = ?', name);
          for (const name of remove.audit ?? []) run('DELETE FROM audit_policy WHERE name = ?', name);
          insertEntries(database, entries);
        }
      });
    },

    async classNamed(name) {
      return row<ClassRecord>('SELECT doc FROM class WHERE name = ?', name);
    },

    async target(id) {
      return row<TargetRecord>('SELECT doc FROM target WHERE id = ?', id);
    },

    async secrets(refs) {
      return secretsOf(refs);
    },

    async secretsIn(scope: Scope) {
      return rows<SecretRecord>(
        `SELECT doc FROM secret WHERE class = ?1 AND (?2 = '' OR tenant = ?2) AND (?3 = '' OR target = ?3)
           AND (?4 = '' OR ref = ?4) ORDER BY ref`,
        scope.className,
        scope.tenant ?? '',
        scope.target ?? '',
        scope.secretRef ?? '',
      );
    },

    async targets() {
      return rows<TargetRecord>('SELECT doc FROM target ORDER BY id');
    },

    async consumers() {
      return rows<ConsumerRecord>('SELECT doc FROM consumer ORDER BY name');
    },

    async people() {
      return rows<Person>('SELECT doc FROM person ORDER BY name');
    },

    async detection() {
      return row<DetectionPolicy>('SELECT doc FROM detection');
    },

    async auditPolicy() {
      return row<AuditPolicy>('SELECT doc FROM audit_policy');
    },

    async slack() {
      return row<SlackWorkspace>('SELECT doc FROM slack');
    },

    async versions({ refs }) {
      return rows<VersionRecord>(
        'SELECT doc FROM version WHERE ref IN (SELECT value FROM json_each(?)) ORDER BY ref, rowid',
        among(refs),
      );
    },

    async unsettledUnder({ keyIds }) {
      return rows<VersionRecord>(
        `SELECT doc FROM version WHERE key_id IN (SELECT value FROM json_each(?))
           AND fate NOT IN ('revoked-proven', 'failed') ORDER BY ref, rowid`,
        among(keyIds),
      );
    },

    async openIncident(incident, entries) {
      transact(database, () => {
        const known = database.prepare('SELECT 1 FROM incident WHERE id = ?').get(incident.id);
        if (known !== undefined) return;
        const { className } = incident.plan.scope;
        const record = row<ClassRecord>('SELECT doc FROM class WHERE name = ?', className);
        if (record === null || record.epoch !== incident.plan.fromEpoch) throw epochMoved(incident, record);
        putClass(withIncident(record, incident));
        run(
          'INSERT INTO incident (id, revision, at_ms, plan, doc) VALUES (?, ?, ?, ?, ?)',
          incident.id,
          incident.revision,
          Math.floor(incident.confirmedAtMs),
          JSON.stringify(incident.plan),
          incidentDocument(incident),
        );
        insertEntries(database, entries);
      });
    },

    async incident(id) {
      return incidentOf(database.prepare('SELECT id, doc FROM incident WHERE id = ?').get(id));
    },

    async incidents() {
      return database
        .prepare('SELECT id, doc FROM incident ORDER BY at_ms, id')
        .all()
        .flatMap((found) => incidentOf(found) ?? []);
    },

    async saveIncident(incident, effects, entries) {
      return transact(database, () => {
        const saved = { ...incident, revision: incident.revision + 1 };
        const changed = run(
          'UPDATE incident SET revision = ?, doc = ? WHERE id = ? AND revision = ?',
          saved.revision,
          incidentDocument(saved),
          incident.id,
          incident.revision,
        );
        if (changed === 0) throw incidentChanged(incident.id);
        const record = row<ClassRecord>(
          'SELECT doc FROM class WHERE name = ?',
          incident.plan.scope.className,
        );
        if (record !== null && (effects.lift === true || effects.end === true)) {
          putClass(withoutIncident(record, incident.id, effects));
        }
        insertEntries(database, entries);
        return saved;
      });
    },

    async openRequest(request, entries) {
      transact(database, () => {
        const made = run(
          'INSERT OR IGNORE INTO request (id, revision, at_ms, doc) VALUES (?, ?, ?, ?)',
          request.id,
          request.revision,
          Math.floor(request.requestedAtMs),
          JSON.stringify(request),
        );
        if (made > 0) insertEntries(database, entries);
      });
    },

    async request(id) {
      return row<RequestRecord>('SELECT doc FROM request WHERE id = ?', id);
    },

    async requests() {
      return rows<RequestRecord>('SELECT doc FROM request ORDER BY at_ms, id');
    },

    async saveRequest(request, entries) {
      return transact(database, () => {
        const saved = { ...request, revision: request.revision + 1 };
        const changed = run(
          'UPDATE request SET revision = ?, doc = ? WHERE id = ? AND revision = ?',
          saved.revision,
          JSON.stringify(saved),
          request.id,
          request.revision,
        );
        if (changed === 0) throw requestChanged(request.id);
        insertEntries(database, entries);
        return saved;
      });
    },

    async tally(scope, epoch) {
      const where = `s.class = ?1 AND (?2 = '' OR s.tenant = ?2) AND (?3 = '' OR s.target = ?3) AND (?4 = '' OR s.ref = ?4)`;
      const parameters = [
        scope.className,
        scope.tenant ?? '',
        scope.target ?? '',
        scope.secretRef ?? '',
      ] as const;
      const parked = Map.groupBy(
        database
          .prepare(
            `SELECT s.target AS target, s.doc ->> '$.rotation.parked.code' AS code, count(*) AS n,
               json_group_array(s.ref ORDER BY s.ref) AS refs
             FROM secret s WHERE ${where} AND code IS NOT NULL GROUP BY 1, 2`,
          )
          .all(...parameters),
        (found) => String(found['target']),
      );
      return database
        .prepare(
          `SELECT s.target AS target, count(*) AS total, sum(s.doc ->> '$.epoch' >= ?5) AS reissued,
             sum(s.doc ->> '$.epoch' >= ?5 AND NOT EXISTS (
               SELECT 1 FROM version v WHERE v.ref = s.ref AND v.id <> s.doc ->> '$.currentVersionId'
                 AND v.fate NOT IN ('revoked-proven', 'failed'))) AS proven
           FROM secret s WHERE ${where} GROUP BY 1 ORDER BY 1`,
        )
        .all(...parameters, epoch)
        .map((found) => ({
          target: String(found['target']),
          total: Number(found['total']),
          reissued: Number(found['reissued']),
          proven: Number(found['proven']),
          parked: (parked.get(String(found['target'])) ?? []).map((group) => ({
            code: String(group['code']),
            count: Number(group['n']),
            firstRefs: (JSON.parse(String(group['refs'])) as string[]).slice(0, 3),
          })),
        }));
    },

    async claim(refs, request) {
      return transact(database, () => {
        const found = new Map(secretsOf(refs).map((secret) => [secret.ref, secret]));
        const versions = Map.groupBy(
          rows<VersionRecord>(
            `SELECT doc FROM version WHERE ref IN (SELECT value FROM json_each(?))
               AND fate NOT IN ('revoked-proven', 'failed') ORDER BY rowid`,
            among(refs),
          ),
          (version) => version.ref,
        );
        return refs.map((ref): ClaimAnswer => {
          const secret = found.get(ref);
          if (secret === undefined) return { outcome: 'unknown', ref };
          const taken = takeClaim(secret, request);
          if ('supersededBy' in taken) return { outcome: 'superseded', ref, by: taken.supersededBy };
          if ('heldBy' in taken) return { outcome: 'held', ref, by: taken.heldBy };
          const { claimed, preempted } = taken;
          putSecret(claimed);
          return {
            outcome: 'claimed',
            secret: claimed,
            versions: versions.get(ref) ?? [],
            ...(preempted === undefined ? {} : { preempted }),
          };
        });
      });
    },

    async renew(claims, { nowMs, leaseMs }) {
      return transact(database, () => {
        const held = new Map(
          secretsOf(claims.map(({ ref }) => ref)).map(({ ref, fencing, claim }) => [ref, { fencing, claim }]),
        );
        const stale: SecretRef[] = [];
        for (const { ref, token } of claims) {
          const { fencing, claim } = held.get(ref) ?? {};
          if (claim === undefined || fencing !== token) {
            stale.push(ref);
          } else if (claim.expiresAtMs - nowMs < leaseMs / 2) {
            run(
              `UPDATE secret SET doc = json_set(doc, '$.claim.expiresAtMs', ?) WHERE ref = ?`,
              nowMs + leaseMs,
              ref,
            );
          }
        }
        return stale;
      });
    },

    async record(changes) {
      return transact(database, () => {
        const tokens = new Map(
          database
            .prepare('SELECT ref, fencing FROM secret WHERE ref IN (SELECT value FROM json_each(?))')
            .all(among(changes.map(({ secret }) => secret.ref)))
            .map((found) => [String(found['ref']), Number(found['fencing'])]),
        );
        const stale: SecretRef[] = [];
        for (const { token, secret, versions, deliveries, entries } of changes) {
          if (tokens.get(secret.ref) !== token) {
            stale.push(secret.ref);
            continue;
          }
          putSecret(secret);
          for (const version of versions) putVersion(version);
          for (const delivery of deliveries) putDelivery(delivery);
          insertEntries(database, entries);
        }
        return stale;
      });
    },

    async release(claims) {
      transact(database, () => {
        for (const { ref, token } of claims) {
          run(
            `UPDATE secret SET doc = json_remove(doc, '$.claim') WHERE ref = ? AND fencing = ?`,
            ref,
            token,
          );
        }
      });
    },

    async beginCut(cut, entries) {
      return transact(database, () => {
        const before = cutOf(cut.incident, cut.target);
        putCut(cut);
        insertEntries(database, entries);
        return before;
      });
    },

    async observeCut(cut, seen, entries) {
      transact(database, () => {
        putCut(cut);
        const mark = (refs: readonly string[], wasOff: boolean) =>
          run(
            `UPDATE secret SET fencing = fencing + 1,
               doc = json_set(doc, '$.fencing', fencing + 1, '$.cut', json(?))
             WHERE ref IN (SELECT value FROM json_each(?))`,
            JSON.stringify({ operation: cut.incident, wasOff, atMs: cut.atMs }),
            among(refs),
          );
        mark(cut.cut, false);
        mark(cut.wasOff, true);
        run(
          `UPDATE version SET fate = 'cut', doc = json_set(doc, '$.fate', 'cut')
           WHERE fate IN ('live', 'grace') AND ref IN (SELECT value FROM json_each(?))`,
          among(seen),
        );
        insertEntries(database, entries);
      });
    },

    async cuts(incident) {
      return rows<CutRecord>('SELECT doc FROM cut WHERE incident = ? ORDER BY target', incident);
    },

    async undoCut(cut, refs, entries) {
      transact(database, () => {
        run(
          `UPDATE secret SET doc = json_remove(doc, '$.cut') WHERE ref IN (SELECT value FROM json_each(?))`,
          among(refs),
        );
        run(
          `UPDATE version SET fate = now.fate, doc = json_set(version.doc, '$.fate', now.fate)
           FROM (SELECT v.id, CASE WHEN v.id = s.doc ->> '$.currentVersionId' THEN 'live' ELSE 'grace' END AS fate
             FROM version v LEFT JOIN secret s ON s.ref = v.ref
             WHERE v.fate = 'cut' AND v.ref IN (SELECT value FROM json_each(?))) AS now
           WHERE version.id = now.id`,
          among(refs),
        );
        const undone = new Set<string>(refs);
        putCut({ ...cut, cut: cut.cut.filter((ref) => !undone.has(ref)) });
        insertEntries(database, entries);
      });
    },

    async setBrake(className, brake, entries) {
      transact(database, () => {
        const record = row<ClassRecord>('SELECT doc FROM class WHERE name = ?', className);
        if (record === null) throw classUnknown(className);
        putClass(withBrake(record, brake));
        insertEntries(database, entries);
      });
    },

    async takeTurn(className, wanted, time) {
      return transact(database, () => {
        const record = row<ClassRecord>('SELECT doc FROM class WHERE name = ?', className);
        if (record?.brake === undefined) return { go: wanted, waitMs: 0 };
        const { brake, ...turn } = takeTurn(record.brake, wanted, time);
        if (brake !== record.brake) putClass({ ...record, brake });
        return turn;
      });
    },

    async freezes() {
      return rows<Freeze>('SELECT doc FROM freeze ORDER BY class');
    },

    async setFreeze(freeze, entries) {
      const { className } = freeze;
      transact(database, () => {
        if (className !== undefined && row('SELECT doc FROM class WHERE name = ?', className) === null) {
          throw classUnknown(className);
        }
        // No class has the name of everything's.
        run(
          'INSERT OR REPLACE INTO freeze (class, doc) VALUES (?, ?)',
          className ?? '',
          JSON.stringify(freeze),
        );
        insertEntries(database, entries);
      });
    },

    async askedRotations() {
      return rows<AskedRotation>('SELECT doc FROM asked_rotation ORDER BY ref');
    },

    async askRotation(asked, entries) {
      transact(database, () => {
        run(
          'INSERT OR REPLACE INTO asked_rotation (ref, doc) VALUES (?, ?)',
          asked.ref,
          JSON.stringify(asked),
        );
        insertEntries(database, entries);
      });
    },

    async quarantines() {
      return rows<Quarantine>('SELECT doc FROM quarantine WHERE standing = 1 ORDER BY id');
    },

    async quarantineNamed(id) {
      return row<Quarantine>('SELECT doc FROM quarantine WHERE id = ?', id);
    },

    async saveQuarantine(quarantine, entries) {
      const { id, revision } = quarantine;
      const standing = isStanding(quarantine) ? 1 : 0;
      const doc = JSON.stringify({ ...quarantine, revision: revision + 1 });
      return transact(database, () => {
        const saved =
          revision === 0
            ? run(
                'INSERT OR IGNORE INTO quarantine (id, standing, revision, doc) VALUES (?, ?, 1, ?)',
                id,
                standing,
                doc,
              )
            : run(
                'UPDATE quarantine SET standing = ?, revision = ?, doc = ? WHERE id = ? AND revision = ? AND standing = 1',
                standing,
                revision + 1,
                doc,
                id,
                revision,
              );
        if (saved !== 1) return false;
        insertEntries(database, entries);
        return true;
      });
    },

    async breaker(target) {
      return row<Breaker>('SELECT doc FROM breaker WHERE target = ?', target);
    },

    async setBreaker(target, breaker) {
      if (breaker === null) {
        // Almost always closed already: a look is cheaper than a commit.
        const open = database.prepare('SELECT 1 FROM breaker WHERE target = ?').get(target);
        if (open !== undefined) transact(database, () => run('DELETE FROM breaker WHERE target = ?', target));
      } else {
        transact(database, () =>
          run('INSERT OR REPLACE INTO breaker (target, doc) VALUES (?, ?)', target, JSON.stringify(breaker)),
        );
      }
    },

    async deliveriesDue(nowMs, limit) {
      return rows<Delivery>(
        // One that is due later than any retry was written before this machine's clock was set back.
        `SELECT doc FROM delivery WHERE open = 1 AND (due_ms <= ?1 OR due_ms > ?1 + ${LONGEST_RETRY_MS})
         ORDER BY due_ms, id LIMIT ?2`,
        Math.floor(nowMs),
        limit,
      );
    },

    async delivery(incident, id) {
      return row<Delivery>('SELECT doc FROM delivery WHERE id = ? AND incident = ?', id, incident);
    },

    async deliveries(incident) {
      return rows<Delivery>('SELECT doc FROM delivery WHERE incident = ? ORDER BY id', incident);
    },

    async saveDelivery(delivery, entries) {
      transact(database, () => {
        putDelivery(delivery);
        insertEntries(database, entries);
      });
    },

    ...createSqliteNotices(database),

    append: createAppender(database),
  };
}
