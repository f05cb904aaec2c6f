import { DadError, type OutcomeMergeReport } from "@dad/protocol";
import { jsonText, outcomeMergeText, paintFor, placeText, shellWord, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { MergeByHandError, UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import { commandLine } from "../project/next-commands.ts";
import { type FoundOutcome, openOutcomesIn } from "../project/open-outcomes.ts";

export interface OutcomeMergeFlags {
  readonly runRoot?: string;
  readonly into?: string;
  readonly squash?: true;
  readonly json?: true;
}

/** Merges the outcome of a run into a branch. With a conflict nothing is changed, and a branch that is checked out is not moved: both fail. */
export async function mergeOutcome(given: string, { into, squash, json, ...flags }: OutcomeMergeFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const { store } = await findProject(cwd, { cwd, runRoot: flags.runRoot });
  await using outcomes = await openOutcomesIn(store);
  if (given.includes("@")) throw new UsageError(`${given}: the outcome of a run is merged as it was at its end: leave @ and the node out`);
  const report = await merge(await outcomes.find(given), { into, squash: squash === true });
  process.stdout.write(json ? jsonText(report) : `${await textOf(report, { cwd, runRoot: outcomes.runRoot })}\n`);
  return report.checkedOut ? EXIT.failed : EXIT.done;
}

async function textOf(report: OutcomeMergeReport, { cwd, runRoot }: { readonly cwd: string; readonly runRoot: string }): Promise<string> {
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const checkout = line("outcome", "checkout", report.runId, "./outcome-files");
  return outcomeMergeText(visible(report), { paint: paintFor(process.stdout), cwd, checkout });
}

interface Merging {
  readonly into: string | undefined;
  readonly squash: boolean;
}

async function merge(found: FoundOutcome, { into, squash }: Merging): Promise<OutcomeMergeReport> {
  const { repository: outcomes, place, tip } = found;
  const merged = await outcomes.merge(place.commit, { squash, ...(into === undefined ? {} : { into }) }).catch((error: unknown) => {
    throw DadError.is(error, "OUTCOME_MERGE_CONFLICT") ? byHand(error, found) : error;
  });
  const { kind, repository, branch, commit, checkedOut } = merged;
  return {
    format: "dad.outcome-merge/1",
    ...place,
    kind,
    squash,
    repository,
    branch,
    merged: commit,
    large: tip.large ?? [],
    ...(checkedOut ? { checkedOut: { ...checkedOut, command: [...checkedOut.command] } } : {}),
  };
}

/** Says how a person does what could not be done here. */
function byHand(error: DadError, { repository: outcomes, tip }: FoundOutcome): DadError {
  const { repository, branch } = error.details;
  if (typeof repository !== "string" || typeof branch !== "string") return error;
  const git = (...words: readonly string[]): string => ["git", ...words].map(shellWord).join(" ");
  if (repository === outcomes.location) {
    const from = placeText(repository, process.cwd());
    return new MergeByHandError(error, [
      git("clone", "--branch", branch, from, "merged"),
      git("-C", "merged", "merge", `origin/${tip.branch}`),
      git("-C", "merged", "push", "origin", branch),
    ]);
  }
  const place = repository === process.cwd() ? [] : ["-C", placeText(repository, process.cwd())];
  return new MergeByHandError(error, [
    git(...place, "switch", branch),
    git(...place, "fetch", outcomes.location, tip.branch),
    git(...place, "merge", "FETCH_HEAD"),
  ]);
}
