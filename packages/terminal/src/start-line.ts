import type { OutcomeSource } from "@dad/protocol";

const SHORT = 7;

/**
 * `starts from main (abc1234) of this project; 3 uncommitted changes are no part of it`. Its text is taken as it is: make it visible
 * before. `uncommitted`: so many files of the working copy are not as in its last commit; `undefined` when that is not known.
 */
export function startLine(source: OutcomeSource, uncommitted: number | undefined): string {
  const left = uncommitted ? `; ${uncommitted} uncommitted ${uncommitted === 1 ? "change is" : "changes are"} no part of it` : "";
  return `starts from ${sourceText(source)} of this project${left}`;
}

/** `main (abc1234)`, and of a commit that was asked for by itself only what names it. */
export function sourceText({ revision, commit }: OutcomeSource): string {
  const short = commit.slice(0, SHORT);
  return revision.length >= SHORT && commit.startsWith(revision) ? short : `${revision} (${short})`;
}
