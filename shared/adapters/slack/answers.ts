import type { SlackText } from '../../domain/slack/blocks.ts';
import type { SlackAnswers } from '../../ports/chat.ts';

const ANSWER_WITHIN_MS = 5_000;

/** Where Slack takes answers. The address came with a signed request; it leads nowhere else all the same. */
const SLACK = 'https://hooks.slack.com';

export function createSlackAnswers(origin = SLACK): SlackAnswers {
  async function send(answerTo: string, body: object): Promise<boolean> {
    if (!URL.canParse(answerTo) || new URL(answerTo).origin !== origin) return false;
    try {
      const response = await fetch(answerTo, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  return {
    answer: (answerTo, text: SlackText) =>
      send(answerTo, { response_type: 'ephemeral', replace_original: false, ...text }),
    replace: (answerTo, text: SlackText) => send(answerTo, { replace_original: true, ...text }),
  };
}
