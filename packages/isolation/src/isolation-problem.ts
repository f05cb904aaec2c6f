import type { Guard } from "./guard.ts";

/** What is missing, and what to do about it. */
export interface IsolationProblem {
  readonly guard?: Guard;
  readonly message: string;
  /** A command or a sentence that somebody can follow. */
  readonly remedy: string;
}
