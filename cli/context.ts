import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { homeOf } from '../local/home.ts';
import { chooseDeployment, type Whereabouts } from './deployment/choose.ts';
import type { DeploymentName } from './deployment/name.ts';
import { asSeen, onOneLine } from './screen/seen.ts';

const CONFIG = 'rekey.yaml';

/** What every command is given. Data goes to `print`, everything for people to `say`; none lets a text steer the terminal. */
export interface Context {
  readonly json: boolean;
  readonly configFile: string;
  readonly home: string;
  /** Where the control plane is; null: on this machine, in `home`. */
  readonly deployment: DeploymentName | null;
  /** The operating system's user: what one person may do on one machine. */
  readonly user: string;
  /** One line, as `say` is. */
  print(line: string): void;
  say(line: string): void;
  /** For people, a screen of several lines, each of them seen to. */
  show(screen: string): void;
  /** One line from the terminal; null where there is none to ask. */
  ask(question: string): Promise<string | null>;
  /** Everything on standard input. */
  readInput(): Promise<string>;
}

/** What options of every command say. */
export interface GlobalOptions extends Whereabouts {
  readonly json?: boolean;
  readonly config?: string;
}

/** The state belongs to the nearest `rekey.yaml` (or `.rekey/`) from here upwards, unless `$REKEY_HOME` says otherwise. */
export async function createContext(options: GlobalOptions): Promise<Context> {
  const configFile = options.config ?? nearest(process.cwd());
  return {
    json: options.json === true,
    configFile,
    home: homeOf(configFile, process.env),
    deployment: await chooseDeployment(options, process.env),
    user: userInfo().username,
    print: (line) => process.stdout.write(`${onOneLine(line)}\n`),
    say: (line) => process.stderr.write(`${onOneLine(line)}\n`),
    show: (screen) => process.stderr.write(`${asSeen(screen)}\n`),
    async ask(question) {
      if (!process.stdin.isTTY) return null;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await lines.question(question)).trim();
      } finally {
        lines.close();
      }
    },
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

function nearest(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, CONFIG);
    if (existsSync(file) || existsSync(join(folder, '.rekey'))) return file;
    if (dirname(folder) === folder) return join(from, CONFIG);
  }
}
