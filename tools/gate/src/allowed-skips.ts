export interface AllowedSkip {
  /** `<file>: <full name of the test>`, as the test run prints it. */
  readonly test: string;
  readonly reason: string;
}

/** Tests that a continuous integration run may skip. Every other skipped test fails it, because a broken environment hides behind skips. */
export const ALLOWED_SKIPS: readonly AllowedSkip[] = [];
