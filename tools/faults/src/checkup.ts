import assert from "node:assert/strict";
import { lutimes, readdir } from "node:fs/promises";
import { join } from "node:path";
import { checkDiskArtifacts, diskArtifactStore, diskArtifactView, diskViewFiles } from "@dad/artifacts/disk";
import { collectGarbage, type MaintainedStore, purgeTrash, repairStore } from "@dad/doctor";
import { localMaintenance } from "@dad/local";
import type { FsckReport } from "@dad/protocol";
import { blobsIn, journalsAt, type Place } from "./composition.ts";

/**
 * Holds a store against its journals, as `dad fsck` does: nothing is lost or wrong, and what is out of date or left over can
 * be mended, so that nothing is found any more.
 */
export async function assertSound(place: Place): Promise<void> {
  await using artifacts = diskArtifactStore({ root: blobsIn(place.root), fs: place.fs, locks: place.locks });
  await assertMends(storeIn(place, artifacts), ["RUN_UNMADE"]);
  for await (const { severity, message } of checkDiskArtifacts({ root: blobsIn(place.root), fs: place.fs, locks: place.locks }))
    assert(severity !== "error", message);
}

/** The same for a store on the disk of this machine, with all that is there: outcomes, locks, index. Then `dad gc` leaves nothing that nobody needs. */
export async function assertSoundHere(root: string): Promise<void> {
  await using store = localMaintenance({ runRoot: root, hostEnv: process.env });
  await backdate(root);
  await assertMends(store);
  assert.deepEqual((await collectGarbage(store)).blocked, []);
  await purgeTrash(store);
  const left = (await readdir(root, { recursive: true })).filter((path) => LEFTOVER.test(path));
  assert.deepEqual(left, [], "nobody clears it away");
}

/** Drafts, but those of an inbox, which whoever posts an hour later removes; working trees, what a store writes before it has its name, repositories that were not finished, and locks of git. */
const LEFTOVER = /(?<!\.inbox\/)\.dad_tmp_|^\.dad\/work\/.|^\.dad\/blobs\/tmp\/.|^outcome\/\.|^outcome\/[^/]+\/(?!dad-).+\.lock$/;

/** What may be left in spite of all is said by its code: that a run was never made is mended only by who knows how it is kept. */
async function assertMends(store: MaintainedStore, allowed: readonly string[] = []): Promise<void> {
  const { findings, repairs } = await repairStore(store);
  const lost = repairs.flatMap(({ finding }) => (finding.severity === "error" ? [finding] : []));
  assert.deepEqual(problemsOf(lost), [], "something is lost or wrong");
  assert.deepEqual(problemsOf(findings.filter(({ code }) => !allowed.includes(code))), [], "it cannot be mended");
}

function problemsOf(findings: FsckReport["findings"]): string[] {
  return findings.flatMap(({ severity, code, what }) => (severity === "info" ? [] : [`${code}: ${what}`]));
}

function storeIn(place: Place, artifacts: ReturnType<typeof diskArtifactStore>): MaintainedStore {
  const { root, fs } = place;
  return {
    journals: journalsAt(place),
    artifacts,
    face: (runId) => ({
      view: diskArtifactView({ root: join(root, runId), store: artifacts, fs }),
      files: diskViewFiles({ root: join(root, runId), fs }),
    }),
    recordRepair: async () => undefined,
  };
}

/** What was written just now may be needed in a moment: makes everything a minute old. */
async function backdate(root: string): Promise<void> {
  const then = Date.now() / 1000 - 60;
  for (const path of await readdir(root, { recursive: true })) await lutimes(join(root, path), then, then);
}
