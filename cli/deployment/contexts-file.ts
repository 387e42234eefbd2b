import { parseDocument } from 'yaml';
import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { suggestNearest } from '../../shared/domain/nearest.ts';
import { type DeploymentName, FRONT_KEYS } from './name.ts';

const Word = z.string().min(1);

/** Requests carry values: off this machine by TLS alone. */
const FrontUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => url.startsWith('https:') || LOOPBACK.has(new URL(url).hostname), {
    error: 'http: leads to this machine alone, anything else is https:',
  });
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

const ContextsFile = z.strictObject({
  contexts: z.record(
    Word,
    z.strictObject({
      stage: Word,
      service: Word.default('rekey'),
      profile: Word.optional(),
      region: Word.optional(),
      urls: z.partialRecord(z.enum(FRONT_KEYS), FrontUrl).default({}),
    }),
  ),
});

/** One context of the file. `text` null: there is no file. */
export function contextNamed(name: string, file: string, text: string | null): DeploymentName {
  if (text === null) throw refused('context-unknown', `there is no context ${name}: there is no ${file}`);
  const document = parseDocument(text);
  const read = ContextsFile.safeParse(document.errors.length > 0 ? undefined : document.toJS());
  if (!read.success) {
    const faults =
      document.errors.length > 0
        ? document.errors.map(({ linePos, code }) => `line ${linePos?.[0].line ?? '?'}: ${code}`)
        : read.error.issues.map(({ path, message }) => `${path.join('.') || '(whole)'}: ${message}`);
    throw refused('contexts-mistakes', faults.map((fault) => `${file}: ${fault}`).join('\n'));
  }
  const { contexts } = read.data;
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context === undefined) {
    const nearest = suggestNearest(name, Object.keys(contexts));
    throw refused(
      'context-unknown',
      `there is no context ${name} in ${file}${nearest === null ? '' : ` (did you mean ${nearest}?)`}`,
    );
  }
  const { stage, service, profile, region, urls } = context;
  return {
    stage,
    service,
    urls,
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
}

function refused(code: string, message: string): RekeyError {
  return new RekeyError({
    code,
    family: 'Validation',
    message,
    safe: 'Nothing was done.',
    next: ['rekey … --stage STAGE'],
  });
}
