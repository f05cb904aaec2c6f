import { expect, it } from "vitest";
import { RunId } from "@dad/protocol";
import { remoteDiskInspector } from "./remote-disk.ts";

async function codes(type: number, runId?: RunId): Promise<string[]> {
  const found: string[] = [];
  for await (const { code } of remoteDiskInspector("/runs", async () => type).inspect({ truth: { runs: new Map() }, depth: "full", runId }))
    found.push(code);
  return found;
}

it("warns of a run root on a network file system, and of no other", async () => {
  const [ext4, nfs] = [0xef53, 0x6969];
  expect(await codes(ext4)).toEqual([]);
  expect(await codes(nfs)).toEqual(["DISK_REMOTE"]);
  expect(await codes(nfs, RunId.parse("run1"))).toEqual([]);
});
