import type { OutcomeDiff } from "@dad/protocol";
import { jsonText, outcomeDiffText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { commandLine } from "../project/next-commands.ts";
import { type FoundOutcome, openOutcomes } from "../project/open-outcomes.ts";
import { writePatch } from "../terminal/write-patch.ts";

export interface OutcomeDiffFlags {
  readonly runRoot?: string;
  /** On both sides. */
  readonly node?: string;
  readonly patch?: true;
  readonly json?: true;
}

/** Two outcomes, as somebody wrote them. */
export interface GivenOutcomes {
  readonly before: string;
  readonly after: string;
}

/** Shows how the files of two outcomes differ, and tells by its exit code whether they do. */
export async function diffOutcomes({ before, after }: GivenOutcomes, { node, patch, json, ...flags }: OutcomeDiffFlags): Promise<number> {
  offerOwnPackages();
  await using outcomes = await openOutcomes(flags);
  const old = await outcomes.find(sideOf(before, node));
  const now = await outcomes.find(sideOf(after, node));
  const diff = await diffOf(old, now);
  const line = await commandLine({ cwd: process.cwd(), runRoot: outcomes.runRoot, clone: process.env["DAD_CLONE"] });
  const command = (...options: readonly string[]) => line("outcome", "diff", sideOf(before, node), sideOf(after, node), ...options);
  if (patch) writePatch(diff.patch);
  else process.stdout.write(json ? jsonText(diff) : `${outcomeDiffText(visible(diff), { paint: paintFor(process.stdout), command })}\n`);
  return diff.differs ? EXIT.different : EXIT.done;
}

function sideOf(given: string, node: string | undefined): string {
  if (node === undefined) return given;
  if (given.includes("@")) throw new UsageError(`${given} names a node already: leave --node out`);
  return `${given}@${node}`;
}

async function diffOf(before: FoundOutcome, after: FoundOutcome): Promise<OutcomeDiff> {
  const { repository } = after;
  if (before.repository !== repository)
    throw new UsageError(
      `the outcomes of ${before.run.runId} and ${after.run.runId} are in different repositories, ${before.repository.location} and ${repository.location}: dad outcome checkout has the files of each`,
    );
  const range = { from: before.place.commit };
  const changes = (await repository.changes(after.place.commit, range)).map((change) => ({ ...change }));
  const patch = changes.length === 0 ? "" : await repository.patch(after.place.commit, range);
  return { format: "dad.outcome-diff/1", differs: changes.length > 0, before: before.place, after: after.place, changes, patch };
}
