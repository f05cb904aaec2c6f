interface Due {
  readonly seq: number;
  readonly give: () => void;
}

/** Gives what is asked for at the same moment in the order in which it was recorded, whoever asks first. */
export function recordOrder(): <Value>(seq: number, value: Value) => Promise<Value> {
  let due: Due[] = [];

  function giveAll(): void {
    const all = due.sort((one, other) => one.seq - other.seq);
    due = [];
    for (const { give } of all) give();
  }

  return <Value>(seq: number, value: Value) =>
    new Promise<Value>((resolve) => {
      if (due.length === 0) queueMicrotask(giveAll);
      due.push({ seq, give: () => resolve(value) });
    });
}
