/** One statement, and the rows that it answers with. Rejects with the server's error. */
export type Ask = <Row extends object = object>(
  sql: string,
  parameters?: readonly unknown[],
) => Promise<Row[]>;
