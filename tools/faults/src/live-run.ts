import type { GitProgram } from "@dad/outcome-git";
import { asking } from "./asking.ts";
import { chain } from "./chain.ts";
import { earlier, rerun } from "./earlier.ts";
import { type Program, startProgram } from "./program.ts";
import { sixNodes, type Subject } from "./subject.ts";

/** When, before, in the middle of or after which call that changes something, a process is killed. */
export interface Kill {
  /** Counts the calls, from 1. */
  readonly number: number;
  readonly when: "before" | "during" | "after";
}

/** A run of the subject in a process of its own. */
export interface LiveRun {
  readonly root: string;
  /** The file of the witness. */
  readonly witness: string;
  readonly subject: SubjectName;
  readonly kill?: Kill;
  readonly resume?: boolean;
  readonly git?: GitProgram;
  /** Whoever goes on with it finds the earlier run deleted. */
  readonly alone?: boolean;
}

const SUBJECTS = { "six nodes": sixNodes, chain, earlier, rerun, asking } satisfies Record<string, Subject>;
export type SubjectName = keyof typeof SUBJECTS;

export function subjectOf({ subject }: Pick<LiveRun, "subject">): Subject {
  return SUBJECTS[subject];
}

export function startLiveRun(run: LiveRun): Program {
  return startProgram("live-run", run);
}
