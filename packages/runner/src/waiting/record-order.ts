interface Due<Value> {
  readonly seq: number;
  readonly give: (value: Value) => void;
  readonly value: Value;
}

/** Gives what is asked for at the same moment in the order in which it was recorded, whoever asks first. */
export function recordOrder(): <Value>(seq: number, value: Value) => Promise<Value> {
  let due: Due<never>[] = [];

  function giveAll(): void {
    const all = due.sort((one, other) => one.seq - other.seq);
    due = [];
    for (const { give, value } of all) give(value);
  }

  return <Value>(seq: number, value: Value) =>
    new Promise<Value>((resolve) => {
      if (due.length === 0) queueMicrotask(giveAll);
      due.push({ seq, value, give: resolve } as Due<Value> as unknown as Due<never>);
    });
}
