import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ConsumerRecord } from '../../../domain/consumer.ts';
import type { Person } from '../../../domain/person.ts';
import type { TargetRecord } from '../../../domain/target.ts';
import type { Registry } from '../../../ports/registry.ts';
import { askedIn, saveAsked } from './asked-rotations.ts';
import { saveBrake, turnUnder } from './brakes.ts';
import { breakerOf, saveBreaker } from './breakers.ts';
import { claimSecrets, releaseClaims, renewClaims } from './claims.ts';
import { storedClass } from './class-item.ts';
import { cutsOf, saveCut, saveObservedCut, saveUndoneCut } from './cuts.ts';
import { deliveriesOf, deliveryNamed, dueDeliveries, saveDelivery } from './deliveries.ts';
import {
  applyChanges,
  enrolledAuditPolicy,
  enrolledDetection,
  enrolledSlack,
  enrolledTarget,
  listEnrolled,
  readEnrolment,
} from './enrolment.ts';
import { freezesIn, saveFreeze } from './freezes.ts';
import { createIncidents } from './incidents.ts';
import { dueNotices, openNotices, saveNotice } from './notices.ts';
import { appendEntries } from './outbox.ts';
import type { Timing } from './patience.ts';
import { quarantineIn, quarantinesIn, saveQuarantine } from './quarantines.ts';
import { allRequests, findRequest, openRequest, saveRequest } from './requests.ts';
import { enrolledSecrets, storedInScope, unsettledUnder, versionsOf } from './secrets.ts';
import { recordSteps } from './steps.ts';
import { createTable } from './table.ts';
import { tallyOf } from './tally.ts';

/**
 * The registry on DynamoDB: one table, one sparse index, no scan. Questions, keys and what each costs: docs/aws-tables.md.
 * Errors beside the port's: `Throttled` `table-busy`, `table-throttled`, `table-service-unavailable`; `Denied`
 * `table-not-permitted`, `table-session-invalid`; `NotFound` `table-missing`; `Unrecoverable` `table-refused`, `table-call-refused`.
 */
export function createDynamoRegistry(client: DynamoDBClient, tableName: string, timing: Timing): Registry {
  const table = createTable(client, tableName, timing);
  const incidents = createIncidents(table);
  return {
    enrolment: () => readEnrolment(table),
    applyEnrolment: (changes) => applyChanges(table, changes),

    classNamed: async (name) => (await storedClass(table, name))?.record ?? null,
    target: (id) => enrolledTarget(table, id),
    targets: () => listEnrolled<TargetRecord>(table, 'TARGET'),
    consumers: () => listEnrolled<ConsumerRecord>(table, 'CONSUMER'),
    people: () => listEnrolled<Person>(table, 'PERSON'),
    slack: () => enrolledSlack(table),
    detection: () => enrolledDetection(table),
    auditPolicy: () => enrolledAuditPolicy(table),
    secrets: async (refs) => (await enrolledSecrets(table, refs)).map(({ secret }) => secret),
    secretsIn: async (scope) => (await storedInScope(table, scope)).map(({ secret }) => secret),
    versions: ({ refs }) => versionsOf(table, refs),
    unsettledUnder: ({ className, keyIds }) => unsettledUnder(table, className, keyIds),

    openIncident: (incident, entries) => incidents.open(incident, entries),
    incident: (id) => incidents.find(id),
    incidents: () => incidents.all(),
    saveIncident: (incident, effects, entries) => incidents.save(incident, effects, entries),

    openRequest: (request, entries) => openRequest(table, request, entries),
    request: (id) => findRequest(table, id),
    requests: () => allRequests(table),
    saveRequest: (request, entries) => saveRequest(table, request, entries),

    tally: async (scope, epoch) => tallyOf(await storedInScope(table, scope), epoch),

    claim: (refs, request) => claimSecrets(table, refs, request),
    renew: (claims, { nowMs, leaseMs }) => renewClaims(table, claims, nowMs, leaseMs),
    record: (changes) => recordSteps(table, changes),
    release: (claims) => releaseClaims(table, claims),

    beginCut: (cut, entries) => saveCut(table, cut, entries),
    observeCut: (cut, seen, entries) => saveObservedCut(table, cut, seen, entries),
    cuts: (incident) => cutsOf(table, incident),
    undoCut: (cut, refs, entries) => saveUndoneCut(table, cut, refs, entries),

    setBrake: (className, brake, entries) => saveBrake(table, className, brake, entries),
    takeTurn: (className, wanted, time) => turnUnder(table, className, wanted, time),

    quarantines: () => quarantinesIn(table),
    quarantineNamed: (id) => quarantineIn(table, id),
    saveQuarantine: (quarantine, entries) => saveQuarantine(table, quarantine, entries),
    freezes: () => freezesIn(table),
    setFreeze: (freeze, entries) => saveFreeze(table, freeze, entries),
    askedRotations: () => askedIn(table),
    askRotation: (asked, entries) => saveAsked(table, asked, entries),

    breaker: (target) => breakerOf(table, target),
    setBreaker: (target, breaker) => saveBreaker(table, target, breaker),

    deliveriesDue: (nowMs, limit) => dueDeliveries(table, nowMs, limit),
    delivery: (incident, id) => deliveryNamed(table, incident, id),
    deliveries: (incident) => deliveriesOf(table, incident),
    saveDelivery: (delivery, entries) => saveDelivery(table, delivery, entries),

    openNotices: (notices) => openNotices(table, notices),
    noticesDue: (by, nowMs, limit) => dueNotices(table, by, nowMs, limit),
    saveNotice: (notice, entries) => saveNotice(table, notice, entries),

    append: (entries) => appendEntries(table, entries),
  };
}
