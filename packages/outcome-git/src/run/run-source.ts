import { OutcomeSource, type RunId } from "@dad/protocol";
import type { Git, GitCall } from "../git/git.ts";
import { readCommits, treeOf, writeCommit } from "../git/refs.ts";

/** Below it is a ref for each run that started from a revision of the project. Its commit says which, and has the start as its parent. */
const SOURCES = "refs/dad/sources/";

export function sourceRef(runId: RunId): string {
  return `${SOURCES}${runId}`;
}

/** Where a run started, and, when the revision named one, on which branch of the project. */
export interface RunSource {
  readonly source: OutcomeSource;
  /** Its whole name. */
  readonly branch: string | undefined;
}

/** Writes down where a run starts. @returns the commit that its ref is to point to. */
export async function writeSource(git: Git, { source, branch }: RunSource, call: GitCall): Promise<string> {
  const tree = await treeOf(git, source.commit, call);
  const message = `Start from the project\n\n${JSON.stringify({ ...source, ...(branch === undefined ? {} : { branch }) })}\n`;
  return writeCommit(git, { tree, parent: source.commit, message }, call);
}

/** Where a run started in the project, or another one that started from the same commit. `undefined`: it came from elsewhere. */
export async function readSource(git: Git, { runId, base }: { readonly runId: RunId; readonly base: string }, call: GitCall) {
  const known = await readCommits(git, [SOURCES], call);
  const found = known.get(sourceRef(runId)) ?? [...known.values()].find(({ parent }) => parent === base);
  if (!found) return undefined;
  const text = await git.run(["cat-file", "commit", found.commit], call);
  const { branch, ...source } = OutcomeSource.parse(JSON.parse(text.slice(text.indexOf("\n{") + 1)));
  return { source, branch: typeof branch === "string" ? branch : undefined } satisfies RunSource;
}
