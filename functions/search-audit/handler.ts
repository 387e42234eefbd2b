import * as z from 'zod';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditEntry } from '../../shared/domain/audit/entry.ts';
import type { AuditQuestion } from '../../shared/domain/audit/question.ts';
import { RULES } from '../../shared/domain/detect/rule.ts';
import { classesClosedTo } from '../../shared/driver/audit-reader.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { askedByName, namePeople } from '../../shared/driver/pseudonym/name-people.ts';

const text = () => z.string().min(1).optional();
const texts = () => z.union([z.string().min(1), z.array(z.string().min(1)).readonly()]).optional();

/** Answers the newest entries that answer the question, chained or not, oldest first, and whether there are more. */
export const searchAudit = defineFunction({
  name: 'SearchAudit',
  needs: ['audit', 'pseudonyms', 'registry'],
  input: {
    question: z.strictObject({
      action: z.array(z.enum(AUDIT_ACTIONS)).readonly().optional(),
      outcome: z.array(z.enum(AUDIT_OUTCOMES)).readonly().optional(),
      refs: z.array(z.string()).readonly().optional(),
      refPrefix: text(),
      className: text(),
      principal: texts(),
      address: texts(),
      operation: text(),
      rule: z.array(z.enum(RULES)).readonly().optional(),
      reason: text(),
      sinceMs: z.number().optional(),
      untilMs: z.number().optional(),
    }),
    limit: z.int().min(1).max(1_000),
  },
  output: {
    entries: z.array(z.custom<AuditEntry>()),
    more: z.boolean(),
    /** Classes that the caller may not read: what answers of them is not among these. */
    closed: z.array(z.string()).readonly(),
  },
  async run({ question, limit }, { audit, pseudonyms, registry }, context) {
    const closed = await classesClosedTo({ registry }, callerOf(context));
    const asked = await askedByName({ pseudonyms }, question as AuditQuestion);
    const found = await audit.find({ ...asked, exceptClasses: closed }, limit + 1);
    const entries = await namePeople({ pseudonyms }, found.slice(-limit));
    return { entries, more: found.length > limit, closed };
  },
});
