import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { readAudit } from '../read-audit/handler.ts';
import { searchAudit } from '../search-audit/handler.ts';
import { signAuditHead } from '../sign-audit-head/handler.ts';

/** What auditors call, and nothing else: who reads secrets cannot. */
export const auditor = defineFront('Auditor', [readAudit, searchAudit, signAuditHead]);
