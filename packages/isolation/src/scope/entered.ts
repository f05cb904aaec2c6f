import type { RunPlace } from "../run-scope.ts";
import type { Variables } from "./environment-view.ts";

/** A place that code has entered. */
export interface Entered {
  readonly place: RunPlace;
  /** Those of the place: the code may write to them. */
  readonly variables: Variables;
  /** The later of two that code is in is the inner one. */
  readonly order: number;
}

/** Where the code that asks is, as one scope knows it. */
export type View = () => Entered | undefined;
