import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RekeyError } from '../../shared/domain/errors.ts';
import { diskFull } from '../disk-full.ts';

/**
 * One file for registry, store, keys and audit: a state change and its entry commit together. Documents are JSON; a column
 * stands beside them only where something is looked up by it.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS class (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS target (id TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS consumer (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pace (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secret (
  ref TEXT PRIMARY KEY, class TEXT NOT NULL, tenant TEXT NOT NULL, target TEXT NOT NULL,
  fencing INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS secret_scope ON secret (class, target, tenant);
CREATE TABLE IF NOT EXISTS version (
  id TEXT PRIMARY KEY, ref TEXT NOT NULL, key_id TEXT NOT NULL, fate TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS version_ref ON version (ref);
CREATE INDEX IF NOT EXISTS version_key ON version (key_id, fate);
CREATE TABLE IF NOT EXISTS incident (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, at_ms INTEGER NOT NULL, plan TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, at_ms INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cut (incident TEXT NOT NULL, target TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (incident, target)) STRICT;
CREATE TABLE IF NOT EXISTS breaker (target TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS freeze (class TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS asked_rotation (ref TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
  id TEXT PRIMARY KEY, incident TEXT NOT NULL, open INTEGER NOT NULL, due_ms INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (open, due_ms);
CREATE INDEX IF NOT EXISTS delivery_incident ON delivery (incident);
CREATE TABLE IF NOT EXISTS notice (
  id TEXT PRIMARY KEY, means TEXT NOT NULL, open INTEGER NOT NULL, due_ms INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS notice_due ON notice (open, means, due_ms);
CREATE TABLE IF NOT EXISTS value (
  version_id TEXT PRIMARY KEY, ref TEXT NOT NULL, epoch INTEGER NOT NULL, key_id TEXT NOT NULL,
  sealed BLOB NOT NULL, current INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS value_current ON value (ref, current);
CREATE TABLE IF NOT EXISTS epoch_key (
  id TEXT PRIMARY KEY, class TEXT NOT NULL, epoch INTEGER NOT NULL, state TEXT NOT NULL, wrapped BLOB,
  UNIQUE (class, epoch)) STRICT;
CREATE TABLE IF NOT EXISTS fingerprint (
  key_id TEXT NOT NULL, epoch INTEGER NOT NULL, tag BLOB NOT NULL, version_id TEXT NOT NULL, ref TEXT NOT NULL,
  hint BLOB NOT NULL, PRIMARY KEY (key_id, tag, version_id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifest (key TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS start_request (
  name TEXT PRIMARY KEY, machine TEXT NOT NULL, input TEXT NOT NULL, taken INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS execution (name TEXT PRIMARY KEY, ended INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS execution_frame (
  name TEXT NOT NULL, path TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (name, path)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS task_answer (token TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS task_heartbeat (token TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS detection (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit_policy (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pseudonym (
  pseudonym TEXT PRIMARY KEY, tag BLOB NOT NULL UNIQUE, key_id TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slack (name TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS slack_seen (signature TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slack_message (subject TEXT PRIMARY KEY, final_ms INTEGER, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit_cursor (
  name TEXT PRIMARY KEY, seq INTEGER NOT NULL DEFAULT 0, held_until_ms INTEGER NOT NULL DEFAULT 0, held_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS slack_inbox (
  id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, acted INTEGER NOT NULL DEFAULT 0, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS quarantine (
  id TEXT PRIMARY KEY, standing INTEGER NOT NULL, revision INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS dead_letter (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, why TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS dead_letter_kind ON dead_letter (kind, at_ms);
CREATE TABLE IF NOT EXISTS finding_case (
  id TEXT PRIMARY KEY, opened_by TEXT NOT NULL UNIQUE, open_subject TEXT UNIQUE, revision INTEGER NOT NULL,
  opened_ms INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS finding_case_opened ON finding_case (opened_ms);
CREATE TABLE IF NOT EXISTS detector_state (
  rule TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (rule, key)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS detector_state_age ON detector_state (at_ms);
CREATE TABLE IF NOT EXISTS audit (
  n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, action TEXT NOT NULL,
  ref TEXT, operation TEXT, doc TEXT NOT NULL, seq INTEGER UNIQUE, hash BLOB) STRICT;
CREATE INDEX IF NOT EXISTS audit_unchained ON audit (n) WHERE seq IS NULL;
CREATE INDEX IF NOT EXISTS audit_ref ON audit (ref, action, at_ms);
CREATE INDEX IF NOT EXISTS audit_operation ON audit (operation, n);
CREATE INDEX IF NOT EXISTS audit_at ON audit (at_ms);
`;

/** Version of the tables; another is refused rather than guessed at. */
const SCHEMA_VERSION = 9;

/** How long a statement waits for another process's commit. */
const BUSY_MS = 5_000;

/**
 * Opens the state's database, made on first use with mode 0600. `synchronous=FULL`: what was committed survives power loss.
 * `secure_delete`: what is deleted is overwritten. Several processes may have it open.
 */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    chmodSync(path, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > SCHEMA_VERSION) {
      throw new RekeyError({
        code: 'state-too-new',
        family: 'Validation',
        message: `the state in ${path} has version ${version}, this Rekey reads ${SCHEMA_VERSION}`,
        safe: 'Nothing was changed.',
        next: ['the version of Rekey that made it, or a newer one'],
      });
    }
    if (version < SCHEMA_VERSION) makeTables(database);
    return database;
  } catch (error) {
    database.close();
    throw translate(error);
  }
}

/** Those that are not there yet. Nothing else of the state is ever made later: what only reads never has to write. */
export function makeTables(database: DatabaseSync): void {
  transact(database, () => database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`));
}

/** A statement of its own, outside a transaction: what the database says is said in our words. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/** All of it or nothing. Takes the write lock at once, so that what is read inside is what is written upon. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  translated(() => database.exec('BEGIN IMMEDIATE'));
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw translate(error);
  }
}

/** Another process holds the write lock: the same again succeeds once it lets go. */
export function isStateLocked(error: unknown): boolean {
  return error instanceof RekeyError && error.code === 'state-locked';
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;

function translate(error: unknown): unknown {
  if (error instanceof RekeyError || !(error instanceof Error) || !('errcode' in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code === SQLITE_BUSY) {
    return new RekeyError({
      code: 'state-locked',
      family: 'Throttled',
      message: `another process has held the state for more than ${BUSY_MS / 1_000} s`,
      safe: 'Nothing was changed.',
      next: ['the same command again', 'rekey doctor'],
      cause: error,
    });
  }
  return code === SQLITE_FULL || code === SQLITE_IOERR ? diskFull(error) : error;
}
