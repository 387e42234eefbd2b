import type { AuditEntry } from '../../domain/audit/entry.ts';
import type { LiveMessage } from '../../ports/live-messages.ts';
import type { Needs } from '../services.ts';
import { type News, newsOf } from './news.ts';
import { type Shown, showMessage } from './show-message.ts';

/** What is older is no news: after days without Slack nobody is told of all that was. */
const NEWS_MS = 86_400_000;

type Showing = Needs<'registry' | 'packets' | 'plans' | 'workflows' | 'cases' | 'clock' | 'chat' | 'live'>;

/** Leaves: what an entry is news of in its message, and said in its thread. Null: nothing of it is. */
export async function showNews(services: Showing, channel: string, entry: AuditEntry): Promise<Shown | null> {
  if (services.clock.nowMs() - entry.atMs >= NEWS_MS) return null;
  const news = await newsOf(services, entry);
  if (news === null) return null;
  const begun = await messageOf(services, news);
  const shown = begun.place === undefined ? await showMessage(services, channel, begun) : { live: begun };
  if ('waitMs' in shown || shown.live.place === undefined) return shown;
  for (const reply of news.replies) {
    const said = await services.chat.reply(shown.live.place, reply);
    if (said.outcome === 'later') return { waitMs: said.afterMs, why: said.message };
  }
  return shown;
}

/** The subject's message, open again where it had said its last; of an incident, what was its proposal's. */
async function messageOf(
  { live, clock }: Needs<'live' | 'clock'>,
  { subject, after, proposed }: News,
): Promise<LiveMessage> {
  const found = await live.find(subject);
  const proposal = after === undefined ? null : await live.find(after);
  const known = found ?? (proposal?.place === undefined ? null : { subject, place: proposal.place });
  const { finalAtMs, ...rest } = known ?? { subject };
  const again = finalAtMs !== undefined && proposed !== undefined;
  // Proposed anew, it is posted anew: the old message is far up by now.
  const begun: LiveMessage = again
    ? { subject, proposed }
    : { ...rest, ...(proposed === undefined ? {} : { proposed }) };
  if (found === null || finalAtMs !== undefined || proposed !== undefined) await live.save(begun);
  if (proposal !== null && proposal.finalAtMs === undefined)
    await live.save({ ...proposal, finalAtMs: clock.nowMs() });
  return begun;
}
