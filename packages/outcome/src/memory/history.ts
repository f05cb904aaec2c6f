import { outcomeBranch, readOutcomeMessage } from "../outcome-commit.ts";
import type { OutcomeLogEntry, OutcomeSummary } from "../outcome-repository.ts";
import { commitOf, type Store } from "./store.ts";

/** Whoever commits in this process. */
const AUTHOR = { name: "DAD", email: "dad@localhost" };

/** The newest commit of each run that has one, in the order of their ids. */
export function summariesOf(store: Store): OutcomeSummary[] {
  return [...store.branches]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([runId, { tip }]) => (tip === undefined ? [] : [{ ...entryOf(store, tip), runId, branch: outcomeBranch(runId) }]));
}

/** A commit and those before it, without another one and what is before that. A commit of no run has none to end at. */
export function logOf(store: Store, to: string, from: string | undefined): OutcomeLogEntry[] {
  const { base } = commitOf(store, to);
  const end = from ?? (base === to ? undefined : base);
  const left = new Set(end === undefined ? [] : commitsDownFrom(store, end));
  return commitsDownFrom(store, to)
    .filter((commit) => !left.has(commit))
    .map((commit) => entryOf(store, commit));
}

function commitsDownFrom(store: Store, commit: string): string[] {
  const commits: string[] = [];
  for (let id: string | undefined = commit; id !== undefined; id = commitOf(store, id).parent) commits.push(id);
  return commits;
}

function entryOf(store: Store, commit: string): OutcomeLogEntry {
  const { treeId, parent, message, time } = commitOf(store, commit);
  return { commit, tree: treeId, parent, ...readOutcomeMessage(message), author: { ...AUTHOR }, time };
}
