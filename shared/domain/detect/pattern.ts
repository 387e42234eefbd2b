/** Whether a text fits a pattern in which `*` stands for any text. Takes no longer than their lengths multiplied, whoever wrote the text. */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next;
      starAt = at;
      next += 1;
    } else if (next < pattern.length && pattern[next] === text[at]) {
      next += 1;
      at += 1;
    } else if (star >= 0) {
      next = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  while (pattern[next] === '*') next += 1;
  return next === pattern.length;
}
