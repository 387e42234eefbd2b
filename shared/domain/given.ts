/** The field, where there is something to say: what is left out is not there at all. */
export function given<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [Key in Name]?: Value } {
  return value == null ? {} : ({ [name]: value } as { readonly [Key in Name]: Value });
}
