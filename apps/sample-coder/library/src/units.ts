export interface Unit {
  readonly symbol: string;
  readonly milliseconds: number;
}

/** From the largest to the smallest. */
export const UNITS: readonly Unit[] = [
  { symbol: "d", milliseconds: 86_400_000 },
  { symbol: "h", milliseconds: 3_600_000 },
  { symbol: "m", milliseconds: 60_000 },
  { symbol: "s", milliseconds: 1_000 },
];
