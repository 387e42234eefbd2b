import { dirname, join, resolve } from 'node:path';

/** Where the state lives: `$REKEY_HOME`, else `.rekey/` beside the configuration file. */
export function homeOf(configFile: string, environment: NodeJS.ProcessEnv): string {
  return resolve(environment['REKEY_HOME'] ?? join(dirname(configFile), '.rekey'));
}

/** What stands in a state directory. */
export const pathsIn = (home: string) => ({
  database: join(home, 'rekey.db'),
  rootKey: join(home, 'keys', 'root.key'),
  auditKey: join(home, 'keys', 'audit.pem'),
  engineLock: join(home, 'engine.lock'),
  /** Process id of the engine that holds the lock. */
  enginePid: join(home, 'engine.pid'),
  engineLog: join(home, 'engine.log'),
  packets: join(home, 'packets'),
  /** Reads that the state could not take. */
  lateReads: join(home, 'late-reads'),
});
