export interface Edit {
  readonly find: string;
  readonly replace: string;
  readonly all?: boolean | undefined;
}

/** A part of a text, and what comes in its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
