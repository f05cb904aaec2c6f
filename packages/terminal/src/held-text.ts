/** Text on its way to a stream, which can be kept back. */
export interface HeldText {
  readonly isHeld: () => boolean;
  write(text: string): void;
  /** From now on, until this is disposed, what is written is kept. Several may hold it. */
  hold(): Disposable;
}

export function heldText(write: (text: string) => void): HeldText {
  let holders = 0;
  let kept: string[] = [];
  return {
    isHeld: () => holders > 0,
    write: (text) => void (holders > 0 ? kept.push(text) : write(text)),
    hold() {
      let isOver = false;
      holders += 1;
      return {
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          holders -= 1;
          if (holders > 0 || kept.length === 0) return;
          const text = kept.join("");
          kept = [];
          write(text);
        },
      };
    },
  };
}
