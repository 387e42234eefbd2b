/** One part that somebody or something plays, and the IAM roles of the template that play it. */
export interface Part {
  readonly name: string;
  readonly says: string;
  /** Logical names. */
  readonly roles: readonly string[];
  /** Judged as if the account had given it everything: what holds then, holds whatever it is given. */
  readonly givenEverything?: true;
}

/** Each role of the template plays one part. */
export const PARTS: readonly Part[] = [
  {
    name: 'agent',
    says: 'An agent’s own identity. It has references alone; a tool’s process reads for it, as a reader. Judged as if the account had given it every permission there is: its boundary is what counts.',
    roles: ['AgentRole'],
    givenEverything: true,
  },
  {
    name: 'reader',
    says: 'A tool’s own process, which reads what a reference names; the function that reads for it and writes down who read; and the canary, a reader of our own that is denied first.',
    roles: ['ReaderRole', 'ReaderFrontRole', 'CanaryRole'],
  },
  {
    name: 'fence operator',
    says: 'Writes the policies of the classes’ keys: one function closes, two open once people have signed, after a re-issue or a mistaken alarm. Nobody else does.',
    roles: ['FenceClassRole', 'ReopenClassRole', 'RestoreClassRole'],
  },
  {
    name: 're-issuer',
    says: 'Writes new versions and installs them at their targets, in routine and under a fence.',
    roles: ['AdvanceBatchRole'],
  },
  {
    name: 'prover',
    says: 'Reads old versions to see them refused. No function’s own role: the re-issuer and the cutters become it for that alone.',
    roles: ['ProverRole'],
  },
  {
    name: 'scheduled rotator',
    says: 'Writes new versions in routine alone: a fenced class’s key leaves it out.',
    roles: ['RotateBatchRole'],
  },
  {
    name: 'audit writer',
    says: 'The one hand that chains.',
    roles: ['ChainAuditRole'],
  },
  {
    name: 'archivist',
    says: 'Writes what is chained into the archive, once, and vouches for nothing.',
    roles: ['ArchiveAuditRole'],
  },
  {
    name: 'voucher',
    says: 'Signs what the archive holds, by the chain’s own hash, and writes no block of it.',
    roles: ['SignCheckpointRole'],
  },
  {
    name: 'messenger',
    says: 'Tells the bus of what is chained, and people of what concerns them.',
    roles: ['PublishAuditRole', 'TellPeopleRole'],
  },
  {
    name: 'watcher',
    says: 'Takes what AWS’s trail tells of reads into the audit, judges what is chained, and gathers what it finds in cases.',
    roles: ['RecordReadsRole', 'ReconcileTrailRole', 'JudgeReadsRole'],
  },
  {
    name: 'comparer',
    says: 'Says whose value was found: to responders who bring what a scanner found, and of logs, which it passes on without it. It opens what fingerprints are made with, and no value.',
    roles: ['LeaksFrontRole', 'ScanLogsRole'],
  },
  {
    name: 'auditor',
    says: 'A person who reads the chain and its archive, and no secret.',
    roles: ['AuditorRole'],
  },
  {
    name: 'responder',
    says: 'A person who breaks the glass; when Rekey is down, closes what one bounded call can close.',
    roles: ['ResponderRole'],
  },
  {
    name: 'approver',
    says: 'A person whose signature counts. What was signed is checked by the function that re-opens.',
    roles: ['ApproverRole'],
  },
  {
    name: 'engineer',
    says: 'A person who enrols secrets and hands values in. None comes back.',
    roles: ['EngineerRole'],
  },
  {
    name: 'front',
    says: 'Answers people by a URL of its own each: responders, approvers, engineers, auditors, and whoever looks into reads. None stands where a target can be reached: the approvers’ and the engineers’ ask functions that do, and have no URL. The engineers’ takes values in and makes a class’s first key.',
    roles: ['ControlRole', 'ApprovalRole', 'EnrolmentRole', 'AuditorFrontRole', 'WatchFrontRole'],
  },
  {
    name: 'key maker',
    says: 'Makes the key of a class’s next epoch, with its policy at birth and never again.',
    roles: ['OpenIncidentRole', 'KeepSpareKeysRole'],
  },
  {
    name: 'cutter',
    says: 'Works at targets with their admin credentials: switches credentials off, and on again once people have signed; looks whether it gets in, and how a target knows its accounts.',
    roles: ['CutTargetRole', 'RestoreTargetRole', 'CheckTargetRole', 'NoteIdentitiesRole'],
  },
  {
    name: 'teller',
    says: 'Reads the keys that sign what consumers are told.',
    roles: ['TellConsumersRole', 'TellerRole'],
  },
  {
    name: 'consumer',
    says: 'A service that is told of new versions, and says that it uses one; and the function that takes its word, for its token.',
    roles: ['ConsumerRole', 'ConfirmationRole'],
  },
  {
    name: 'sealer',
    says: 'Destroys keys that nothing names any more, reads the incident’s audit, signs its packet.',
    roles: ['SealIncidentRole'],
  },
  {
    name: 'observer',
    says: 'Becomes the canary, and writes down what that one was told.',
    roles: ['ObserveDenialRole'],
  },
  {
    name: 'bookkeeper',
    says: 'Steps of the machines that touch the registry, plans and manifests alone.',
    roles: [
      'RecordContainmentRole',
      'PlanBatchesRole',
      'SweepUnfinishedRole',
      'RequestReopenRole',
      'ReportUnfinishedRole',
      'PlanDueRole',
      'ReportRotationRole',
      'FindRequestRole',
      'AwaitApprovalRole',
      'CheckPlanRole',
      'PlanRotationBatchesRole',
      'ReportRequestRole',
    ],
  },
  {
    name: 'Slack endpoint',
    says: 'Answers Slack, whom IAM does not know, by a URL that is open to everybody: looks whether Slack signed a request, notes that it was here, and hands it over.',
    roles: ['SlackEndpointRole'],
  },
  {
    name: 'Slack worker',
    says: 'Does what people say in Slack, as the person that Slack’s user is: a responder’s part and an approver’s, and the machine asked for.',
    roles: ['SlackWorkerRole'],
  },
  {
    name: 'Slack teller',
    says: 'Shows in Slack how things stand. It reads the audit, and becomes another to read its token.',
    roles: ['TellSlackRole', 'SlackTokenRole'],
  },
  {
    name: 'machine',
    says: 'The state machines, which call their steps in their order, and the schedule, which starts one of them.',
    roles: ['BreakGlassRole', 'ScheduledRotationRole', 'ManualRotationRole', 'ScheduleRole'],
  },
];
