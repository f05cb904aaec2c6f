/** Work that is paused as long as anybody wants that, until it is over. */
export interface PausableWork extends Disposable {
  /** Until this is disposed. */
  pause(): Disposable;
}

export function pausableWork(begin: () => readonly Disposable[]): PausableWork {
  let work = begin();
  let pauses = 0;
  let over = false;
  const end = (): void => work.forEach((one) => one[Symbol.dispose]());
  return {
    pause() {
      if (++pauses === 1) end();
      let paused = true;
      return {
        [Symbol.dispose]() {
          if (!paused) return;
          paused = false;
          // Somebody who was left behind may stop waiting after all is over.
          if (--pauses === 0 && !over) work = begin();
        },
      };
    },
    [Symbol.dispose]() {
      over = true;
      end();
    },
  };
}
