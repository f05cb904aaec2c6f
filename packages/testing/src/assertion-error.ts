import { AssertionError } from "node:assert";

export interface Wrong {
  readonly message: string;
  readonly actual?: unknown;
  readonly expected?: unknown;
  /** Who throws it: its stack begins with who called that. */
  readonly operator: (this: void, ...given: never[]) => unknown;
  /** Whoever shows the error shows where this was thrown, too. */
  readonly cause?: unknown;
}

export function assertionError({ operator, cause, ...facts }: Wrong): AssertionError {
  const error = new AssertionError({ ...facts, operator: operator.name, stackStartFn: operator });
  // Newer versions of Node name here how they show a difference. vitest takes it for the difference.
  Reflect.deleteProperty(error, "diff");
  return cause === undefined ? error : Object.assign(error, { cause });
}
