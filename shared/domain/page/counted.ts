/** `1 secret`, `2 secrets`; `many` where it is not made by an s: `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
