/** To the second, as messages and screens say it. */
export function moment(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
