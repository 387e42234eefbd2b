import * as z from 'zod';

/** An id of Slack's, by the letters that it may begin with. */
export const SlackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]{4,}$`), {
    error: `is no id of a Slack ${what}: ${letters[0]}…`,
  });
