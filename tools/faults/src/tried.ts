import type { SubjectName } from "./live-run.ts";
import type { Kind } from "./point.ts";

/** What something is tried with. */
export interface Tried {
  /** Default: six nodes of every kind. */
  readonly subject?: "rerun" | "asking";
  /** How many of its points are tried when not all are asked for. Default: all. */
  readonly sample?: number;
}

/** How a run is gone on with. */
export interface Way {
  /** The earlier run was deleted before. */
  readonly alone: boolean;
  /** Says so, at the end of the name of a point. */
  readonly after: string;
}

export function triedSubject({ subject }: Tried): SubjectName {
  return subject ?? "six nodes";
}

/** A re-run is gone on with while the earlier run is there, and also after it was deleted. */
export function waysOf({ subject }: Tried): readonly Way[] {
  const asItIs = { alone: false, after: "" };
  return subject === "rerun" ? [asItIs, { alone: true, after: "; then the earlier run is deleted" }] : [asItIs];
}

export function kindOf(name: string, { subject, sample }: Tried): Pick<Kind, "name" | "sample"> {
  return { name: subject === undefined ? name : `${subject} ${name}`, ...(sample === undefined ? {} : { sample }) };
}
