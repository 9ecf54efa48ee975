// Many runs of the program at once: what is told as one step a row needs no more time than the machine.

/**
 * Proves every row as a step of `t`, with at most `atOnce` under way. Rows that spend their time waiting belong at the
 * beginning.
 */
export async function sideBySide<Row extends { readonly name: string }>(
  t: Deno.TestContext,
  rows: readonly Row[],
  prove: (row: Row) => Promise<void>,
  atOnce = 6,
): Promise<void> {
  const ends = rows.map(() => Promise.withResolvers<{ readonly error?: unknown }>());
  const waiting = [...rows.keys()];
  const work = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      ends[index].resolve(await prove(rows[index]).then(() => ({}), (error) => ({ error })));
    }
  };
  const workers = Promise.all(Array.from({ length: atOnce }, work));
  for (const [index, { name }] of rows.entries()) {
    await t.step({
      name,
      // What is under way belongs to other rows.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const end = await ends[index].promise;
        if ("error" in end) throw end.error;
      },
    });
  }
  await workers;
}
