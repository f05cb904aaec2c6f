import { outcomeBranch, type OutcomeLogEntry, type OutcomeSummary, readOutcomeMessage } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import { baseOf } from "../git/commits.ts";
import type { Git, GitCall } from "../git/git.ts";
import { BASES, RUN_BRANCHES } from "../git/refs.ts";

/** No message, no name and no id of git holds a NUL. */
const NUL = "%00";
/** Of a ref, with its own name first; git ends each with a line break. */
const REF_FIELDS = ["refname", "objectname", "tree", "parent", "authorname", "authoremail:trim", "committerdate:unix", "contents"];
const REF_FORMAT = REF_FIELDS.map((field) => `%(${field})${NUL}`).join("");
/** The same of a commit. */
const LOG_FORMAT = ["%H", "%T", "%P", "%an", "%ae", "%ct", "%B"].join("%x00");

/** The newest commit of each run that has one, in the order of the ids of runs: one process, however many there are. */
export async function* summariesOf(git: Git, call: GitCall): AsyncGenerator<OutcomeSummary, void> {
  const text = await git.run(["for-each-ref", "--sort=refname", `--format=${REF_FORMAT}`, BASES, RUN_BRANCHES], call);
  const bases = new Map<string, string>();
  for (const [name = "", ...fields] of recordsOf(text, REF_FIELDS.length)) {
    // The bases come first: their names are the smaller ones.
    const ref = name.replace("\n", "");
    if (ref.startsWith(BASES)) bases.set(ref.slice(BASES.length), fields[0] ?? "");
    const runId = ref.startsWith(RUN_BRANCHES) ? RunId.safeParse(ref.slice(RUN_BRANCHES.length)).data : undefined;
    const [commit, tree] = fields;
    // What somebody made a branch by hand of that is no commit has no tree.
    if (runId === undefined || tree === "" || bases.get(runId) === commit) continue;
    yield { ...entryOf(fields), runId, branch: outcomeBranch(runId) };
  }
}

export interface LogRange {
  readonly to: string;
  readonly from: string | undefined;
}

/** Commits that are there, the newest first, without another one and what is before that. A commit of no run has none to end at. */
export async function logBetween(git: Git, { to, from }: LogRange, call: GitCall): Promise<OutcomeLogEntry[]> {
  const end = from ?? (await baseOf(git, to, call));
  const range = from === undefined && end === to ? [to] : [to, `^${end}`];
  const text = await git.run(["log", ...PLAIN, "-z", `--format=tformat:${LOG_FORMAT}`, ...range, "--"], call);
  return recordsOf(text, LOG_FIELDS).map(entryOf);
}

/** Whatever the settings of the repository are: one commit after the other, and no more than the format says. */
const PLAIN = [
  "--first-parent",
  "--topo-order",
  "--no-patch",
  "--no-show-signature",
  "--no-mailmap",
  "--no-notes",
  "--no-decorate",
  "--no-color",
  "--encoding=UTF-8",
];
const LOG_FIELDS = 7;

/** Fields that each end with a NUL, so many to a record. */
function recordsOf(text: string, size: number): string[][] {
  const fields = text.split("\0");
  const records: string[][] = [];
  for (let at = 0; at + size < fields.length; at += size) records.push(fields.slice(at, at + size));
  return records;
}

function entryOf([commit = "", tree = "", parents = "", name = "", email = "", seconds = "", message = ""]: readonly string[]): OutcomeLogEntry {
  const [parent] = parents.split(" ");
  return { commit, tree, parent: parent === "" ? undefined : parent, ...readOutcomeMessage(message), author: { name, email }, time: timeOf(seconds) };
}

/** Who makes a commit by hand may give it any time. */
const LAST_SECOND = 8.64e12;

function timeOf(seconds: string): string {
  return new Date(Math.min(Number(seconds) || 0, LAST_SECOND) * 1000).toISOString();
}
