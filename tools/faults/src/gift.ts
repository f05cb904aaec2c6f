import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readJson } from "@dad/artifacts";
import { diskArtifactStore } from "@dad/artifacts/disk";
import { NodeResult, type RunDetails } from "@dad/protocol";
import { contentsOfOrigins } from "@dad/run-context";
import { blobsIn, journalsAt, type Place } from "./composition.ts";

/** What a run gave: a text for each thing, by where it is. It is the same for each run of the subject, however often it was disturbed. */
export type Gift = Readonly<Record<string, string>>;

/** What the nodes gave, and the tree of the outcome. */
export async function giftOf(place: Place, { runId, nodes, outcome }: RunDetails): Promise<Gift> {
  const { root, fs, locks, outcomes } = place;
  const gift: Record<string, string> = {};
  await using artifacts = diskArtifactStore({ root: blobsIn(root), fs, locks });
  const contents = contentsOfOrigins(journalsAt(place), runId);
  for (const { path, origin, artifacts: entries } of nodes) {
    if (origin) gift[`${path} origin`] = `entry ${origin.seq} of ${origin.runId}`;
    for (const entry of origin ? await contents.of(origin, entries) : entries) {
      if (entry.name === "result") gift[`${path} result`] = summaryOf(await readJson(artifacts, entry, NodeResult));
      // Of what somebody assumed to have been done nobody knows what it was given.
      else if (entry.name !== "input") gift[`${path} ${entry.name}`] = entry.digest;
    }
  }
  if (outcome && outcomes) gift["outcome"] = await treeOf(outcomes.location, outcome.commit);
  return gift;
}

/** How a node ended. Which attempt that was is not the same when one was cut off before it, nor what is known of one that was assumed. */
function summaryOf({ attempt: _attempt, artifacts: _artifacts, ...result }: NodeResult): string {
  return JSON.stringify(result);
}

async function treeOf(repository: string, commit: string): Promise<string> {
  return (await promisify(execFile)("git", ["-C", repository, "rev-parse", "--verify", `${commit}^{tree}`])).stdout.trim();
}
