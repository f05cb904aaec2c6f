/** When the pieces of a reply came, in seconds. */
export interface PieceTimes {
  came(): void;
  /** The reply begins anew: what came of it is void. */
  restart(): void;
  /** `first`: from when it was asked for. `others`: each from the one before. */
  times(): { readonly first: number | undefined; readonly others: readonly number[] };
}

/** @param began - By `performance.now()`. */
export function pieceTimes(began: number): PieceTimes {
  let moments: number[] = [];
  return {
    came: () => void moments.push(performance.now()),
    restart() {
      moments = [];
    },
    times: () => ({
      first: moments[0] === undefined ? undefined : (moments[0] - began) / 1_000,
      others: moments.slice(1).map((moment, index) => (moment - (moments[index] ?? moment)) / 1_000),
    }),
  };
}
