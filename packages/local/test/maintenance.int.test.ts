import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readText } from "@dad/artifacts";
import { checkoutRun, checkStore, collectGarbage, isClean, purgeTrash, repairStore, undoCollection } from "@dad/doctor";
import { type LocalMaintenance, localMaintenance, localStore } from "@dad/local";
import { type ArtifactEntry, digestOfBytes, type Finding, StoreRepair } from "@dad/protocol";
import { listRuns, readRun } from "@dad/run-context";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobPath, flipBit, id, large, makeRun, makeRuns } from "./made-runs.ts";

let projectRoot: string;
let runRoot: string;
let store: LocalMaintenance;
beforeEach(async () => {
  projectRoot = await mkdtemp(join(tmpdir(), "dad maintenance "));
  runRoot = join(projectRoot, "runs");
  await mkdir(runRoot);
  store = localMaintenance({ runRoot, hostEnv: process.env });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(projectRoot, { recursive: true, force: true });
});

const at = (...parts: string[]) => join(runRoot, ...parts);
const brief = ({ code, severity, where }: Finding) => `${severity} ${code} ${where}`;
const made = async (...runs: Parameters<typeof makeRuns>[1]): Promise<ArtifactEntry[]> =>
  (await makeRuns(projectRoot, runs)).map(([entry]) => entry!);
const found = async () => (await checkStore(store)).findings.map(brief);
const LONG_AGO = new Date("2020-01-01");

async function readBack(runId: string): Promise<string[]> {
  const { nodes } = await readRun(store.journals, runId, { runRoot });
  return Promise.all(nodes.flatMap(({ artifacts }) => artifacts).map((entry) => readText(store.artifacts, entry)));
}

/** Two runs with outcomes: what is damaged in one is no matter of the other. */
async function twoRuns(): Promise<readonly [bad: readonly ArtifactEntry[], good: readonly ArtifactEntry[]]> {
  const [bad, good] = await makeRuns(projectRoot, [
    { runId: "bad", large: large("bad"), outcome: true },
    { runId: "good", large: large("good"), outcome: true },
  ]);
  expect(await found()).toEqual([]);
  return [bad!, good!];
}

/** The other run is still what it was. */
async function expectGood(): Promise<void> {
  expect(await readBack("good")).toEqual([large("good"), "small of good"]);
  expect((await checkStore(store, { runId: id("good") })).findings).toEqual([]);
}

describe("a bit that changed", () => {
  it("in a journal is told with its line, and what is before it goes on being a run", async () => {
    await twoRuns();
    const journal = at("bad", "journal.jsonl");
    const lines = (await readFile(journal, "utf8")).split("\n");
    const line = lines.findIndex((text) => text.includes('"node.completed"')) + 1;
    await flipBit(journal, lines.slice(0, line - 1).join("\n").length + 100);
    const damaged = await readFile(journal);
    const { findings } = await checkStore(store);
    expect(findings.map(brief)).toEqual(["error JOURNAL_DAMAGED bad/journal.jsonl"]);
    expect(findings[0]).toMatchObject({ runId: "bad", details: { line, entries: line - 1 } });
    expect((await collectGarbage(store, { dryRun: true })).blocked).toEqual([expect.stringContaining("run bad cannot be read")]);
    await expectGood();

    const report = await repairStore(store);
    expect(report.repairs.map(({ finding, done }) => [finding.code, done])).toEqual([["JOURNAL_DAMAGED", true]]);
    expect(isClean(report)).toBe(true);
    expect(await readFile(at("bad", "journal.damaged-1"))).toEqual(damaged);
    const events = [];
    for await (const event of store.journals.read(id("bad"))) events.push(event);
    expect(events).toHaveLength(line);
    expect(events.at(-1)).toMatchObject({ type: "run.repaired", finding: "JOURNAL_DAMAGED", action: "keep-valid-prefix" });
    // What the damaged part named is not lost.
    expect((await collectGarbage(store)).trash).toBeNull();
  });

  it("in a content is told with the run, the node and the artifact, and mended from what the run shows", async () => {
    const [[entry]] = await twoRuns();
    await flipBit(blobPath(runRoot, entry!));
    const { findings } = await checkStore(store);
    expect(findings.map(brief)).toEqual([
      `error ARTIFACT_DAMAGED ${entry?.digest}`,
      `error BLOB_DAMAGED ${entry?.digest}`,
      `warning BLOB_WRITABLE ${entry?.digest}`,
    ]);
    expect(findings[0]).toMatchObject({ runId: "bad", details: { node: "only.step", name: "large", path: "only/step/files/large.txt" } });
    await expect(readBack("bad")).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
    expect((await checkStore(store, { depth: "quick" })).findings.map(({ code }) => code)).toEqual(["BLOB_WRITABLE"]);
    await expectGood();

    const report = await repairStore(store);
    expect(report.findings).toEqual([]);
    expect(report.repairs.every(({ done }) => done)).toBe(true);
    expect(await readBack("bad")).toEqual([large("bad"), "small of bad"]);
    expect(await readdir(at(".dad", "blobs", "damaged"))).toEqual([entry?.digest.slice("sha256:".length)]);
    const repairs = (await readFile(at(".dad", "repairs.jsonl"), "utf8")).trim().split("\n");
    expect(repairs.map((line) => StoreRepair.parse(JSON.parse(line)).action)).toEqual(["quarantine", "protect"]);
  });

  it("in a content that is whole nowhere stays an error, and the rest of the run can be used", async () => {
    const [[entry]] = await twoRuns();
    await flipBit(blobPath(runRoot, entry!));
    await rm(at("bad", "only", "step", "files", "large.txt"), { force: true });
    const report = await repairStore(store);
    expect(report.findings.map(brief)).toEqual([`error ARTIFACT_MISSING ${entry?.digest}`, "warning VIEW_MISSING bad/only/step/files/large.txt"]);
    expect(await readFile(at("bad", "only", "step", "files", "small.txt"), "utf8")).toBe("small of bad");
    await expectGood();
  });

  it("in run.json, or in another readable file, is told and mended", async () => {
    await twoRuns();
    const [manifest, shown] = [await readFile(at("bad", "run.json"), "utf8"), await readFile(at("bad", "only/step/files/small.txt"), "utf8")];
    await flipBit(at("bad", "run.json"));
    await flipBit(at("bad", "only/step/files/small.txt"));
    expect(await found()).toEqual(["warning VIEW_CHANGED bad/only/step/files/small.txt", "warning VIEW_CHANGED bad/run.json"]);
    expect((await repairStore(store)).findings).toEqual([]);
    expect(JSON.parse(await readFile(at("bad", "run.json"), "utf8"))).toEqual(JSON.parse(manifest));
    expect(await readFile(at("bad", "only/step/files/small.txt"), "utf8")).toBe(shown);
  });

  it("in the index is told, and the index is made again", async () => {
    await twoRuns();
    await using runs = localStore({ projectRoot });
    const before = (await listRuns(runs.journals, { runRoot, index: runs.index })).runs;
    const index = await readFile(at(".dad/index.sqlite"));
    await flipBit(at(".dad/index.sqlite"), index.indexOf('"runId":"bad"') + 9);
    const { findings } = await checkStore(store);
    expect(findings.map(brief)).toEqual(["warning INDEX_DAMAGED .dad/index.sqlite"]);
    expect((await repairStore(store)).findings).toEqual([]);
    expect((await listRuns(runs.journals, { runRoot, index: runs.index })).runs).toEqual(before);
    expect(await found()).toEqual([]);
  });

  it("in an object of git is told with its id and its place", async () => {
    await twoRuns();
    const repository = at("outcome", (await readdir(at("outcome")))[0]!);
    const object = execFileSync("git", ["-C", repository, "rev-parse", "run/bad:result.txt"], { encoding: "utf8" }).trim();
    await flipBit(join(repository, "objects", object.slice(0, 2), object.slice(2)));
    const { findings } = await checkStore(store);
    expect(findings).toMatchObject([
      { code: "GIT_OBJECT_DAMAGED", severity: "error", where: expect.stringMatching(/^outcome\//), details: { object } },
    ]);
    await expectGood();
  });
});

describe("what a process that died left", () => {
  it("is mended or cleared away: a torn journal, an owner, a run that was not made, unfinished files", async () => {
    await twoRuns();
    await writeFile(at("bad", "journal.jsonl"), `${await readFile(at("bad", "journal.jsonl"), "utf8")}{"half":`);
    await writeFile(at(".dad/locks/good.json"), "");
    await mkdir(at("unmade"));
    await utimes(at("unmade"), LONG_AGO, LONG_AGO);
    await writeFile(at("good", "only/step/.dad_tmp_1"), "half");
    await writeFile(at(".dad/locks/gone.lock"), "");
    const staging = at(".dad/blobs/tmp/11111111-1111-1111-1111-111111111111");
    await mkdir(staging, { recursive: true });
    await writeFile(join(staging, "1"), "half");
    await mkdir(at(".dad/work/gone"), { recursive: true });
    await writeFile(at(".dad/work/gone/file"), "work");
    await mkdir(at(".dad/home/gone/.npm"), { recursive: true });
    await mkdir(at(".dad/home/Not a run"));

    expect(await found()).toEqual([
      "info FILES_UNKNOWN good",
      "warning JOURNAL_TORN bad/journal.jsonl",
      "warning RUN_UNMADE unmade",
      "info LEASE_STALE .dad/locks/good.json",
      "info LEFTOVER .dad/blobs/tmp/11111111-1111-1111-1111-111111111111",
      "info GARBAGE .dad/work/gone",
      "info GARBAGE .dad/home/gone",
      "info GARBAGE .dad/blobs/tmp/11111111-1111-1111-1111-111111111111",
      "info GARBAGE good/only/step/.dad_tmp_1",
      "info GARBAGE .dad/locks/gone.lock",
    ]);
    const report = await repairStore(store);
    expect(isClean(report)).toBe(true);
    expect(report.findings.map(({ code }) => code).filter((code) => code !== "GARBAGE")).toEqual(["FILES_UNKNOWN"]);
    const types = [];
    for await (const { type } of store.journals.read(id("bad"))) types.push(type);
    expect(types.slice(-2)).toEqual(["journal.recovered", "run.repaired"]);

    const { objects, trash } = await collectGarbage(store);
    const gone = objects.filter(({ verdict }) => verdict === "collect").map(({ where }) => where);
    const ofTheStore = ["home/gone", "locks/gone.lock", "locks/unmade.lock", "work/gone"].map((path) => `.dad/${path}`);
    expect(gone.sort()).toEqual([...ofTheStore, "good/only/step/.dad_tmp_1"]);
    expect(await found()).toEqual([]);
    await undoCollection(store, trash ?? "");
    expect(await readFile(at(".dad/work/gone/file"), "utf8")).toBe("work");
    expect(await readFile(at("good", "only/step/.dad_tmp_1"), "utf8")).toBe("half");
  });

  it("of a run that somebody makes is nobody's business", async () => {
    await using runs = localStore({ projectRoot, hostEnv: process.env });
    await makeRun(runs, {
      runId: "living",
      large: large("living"),
      outcome: true,
      async beforeRecord() {
        await writeFile(at("living", ".dad_tmp_1"), "half");
        await rm(at("living", "run.json"));
        expect(await found()).toEqual([]);
        const { objects } = await collectGarbage(store);
        expect(objects.filter(({ verdict }) => verdict === "collect")).toEqual([]);
        expect(objects.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
          "blob: it was stored after the collection began",
          "work-tree: somebody works on run living",
          "git-index: somebody works on run living",
          "lock: run living is there",
          "lock: run living is there",
        ]);
      },
    });
    expect(await readBack("living")).toEqual([large("living"), "small of living"]);
  });
});

describe("garbage collection", () => {
  async function orphan(text: string): Promise<ArtifactEntry> {
    const { digest, size } = await store.artifacts.put(large(text));
    const entry = { digest, size, mediaType: "text/plain", name: text, path: text } as ArtifactEntry;
    await utimes(blobPath(runRoot, entry), LONG_AGO, LONG_AGO);
    return entry;
  }

  it("takes content that nobody names, and undo puts it back byte by byte", async () => {
    const [named] = await made({ runId: "run1", large: large("named") });
    await utimes(blobPath(runRoot, named!), LONG_AGO, LONG_AGO);
    const one = await orphan("orphan");
    const before = await stat(blobPath(runRoot, one));
    const dry = await collectGarbage(store, { dryRun: true });
    const real = await collectGarbage(store);
    expect(real.objects).toEqual(dry.objects);
    expect(real.objects.filter(({ verdict }) => verdict === "collect").map(({ what }) => what)).toEqual([one.digest]);
    expect(await store.artifacts.size(one.digest)).toBeUndefined();
    expect(await found()).toEqual([]);

    expect((await undoCollection(store)).items).toMatchObject([{ what: one.digest, became: "restored" }]);
    const after = await stat(blobPath(runRoot, one));
    expect([after.ino, after.mtimeMs, after.mode]).toEqual([before.ino, before.mtimeMs, before.mode]);
    expect(await readText(store.artifacts, one)).toBe(large("orphan"));
    await collectGarbage(store);
    expect((await purgeTrash(store)).items).toMatchObject([{ what: one.digest, became: "purged" }]);
    expect(await readdir(at(".dad/trash"))).toEqual([]);
  });

  it("keeps what a pin names", async () => {
    const pinned = await orphan("pinned");
    await mkdir(at(".dad/pins"));
    await writeFile(at(".dad/pins/export.json"), JSON.stringify({ format: "dad.pin/1", digests: [pinned.digest], reason: "an export" }));
    expect((await collectGarbage(store)).objects).toMatchObject([{ verdict: "keep", reason: "the pin export.json keeps it: an export" }]);
    await writeFile(at(".dad/pins/export.json"), "{");
    expect((await collectGarbage(store)).blocked).toEqual([expect.stringContaining("the pin export.json cannot be read")]);
    await rm(at(".dad/pins/export.json"));
    expect((await collectGarbage(store)).trash).not.toBeNull();
  });

  it("takes the content of a run that was deleted, and what others share with it stays", async () => {
    const [shared, own] = await made(
      { runId: "run1", large: large("shared") },
      { runId: "run2", large: large("own") },
      { runId: "run3", large: large("shared") },
    );
    for (const entry of [shared!, own!]) await utimes(blobPath(runRoot, entry), LONG_AGO, LONG_AGO);
    for (const name of ["run2", "run3"]) await rm(at(name), { recursive: true });
    const gone = (await collectGarbage(store)).objects.filter(({ verdict }) => verdict === "collect").map(({ what }) => what);
    expect(gone.sort()).toEqual([own!.digest, "run2.lock", "run3.lock"].sort());
    expect(await found()).toEqual([]);
  });

  it("leaves what a run retains of one that was deleted, and takes what was not finished of it", async () => {
    await made({ runId: "old", large: large("shared") }, { runId: "new", large: large("shared") });
    await store.journals.retain(id("new"), id("old"));
    expect(await found()).toEqual([]);
    await rm(at("old"), { recursive: true });
    await writeFile(at("new", ".origins", ".dad_tmp_1"), "half");
    const gone = (await collectGarbage(store)).objects.filter(({ verdict }) => verdict === "collect").map(({ where }) => where);
    expect(gone.sort()).toEqual([".dad/locks/old.lock", "new/.origins/.dad_tmp_1"]);
    expect(await found()).toEqual([]);
    const types = [];
    for await (const { type } of store.journals.read(id("old"), { through: id("new") })) types.push(type);
    expect(types).toContain("node.completed");
  });

  it("keeps uncommitted work of a working tree that is left of a completed run", async () => {
    await makeRuns(projectRoot, [{ runId: "run1", large: large("x"), outcome: true }]);
    await mkdir(at(".dad/work/run1"));
    await writeFile(at(".dad/work/run1/unsaved.txt"), "unsaved");
    const { objects } = await collectGarbage(store);
    expect(objects.filter(({ verdict }) => verdict === "collect").map(({ where }) => where)).toEqual([".dad/work/run1"]);
    const repository = at("outcome", (await readdir(at("outcome")))[0]!);
    expect(execFileSync("git", ["-C", repository, "show", "refs/dad/snapshots/run1:unsaved.txt"], { encoding: "utf8" })).toBe("unsaved");
    await undoCollection(store);
    expect(await readFile(at(".dad/work/run1/unsaved.txt"), "utf8")).toBe("unsaved");
  });

  it("leaves a working tree alone that has a secret in it: what is kept of it would have the secret, too", async () => {
    await makeRuns(projectRoot, [{ runId: "run1", large: large("x"), outcome: true }]);
    await mkdir(at(".dad/work/run1"));
    await writeFile(at(".dad/work/run1/key.txt"), "the key is open-sesame-42");
    await using knowing = localMaintenance({ runRoot, hostEnv: { ...process.env, DOOR: "open-sesame-42" }, secrets: ["DOOR"] });
    const { objects } = await collectGarbage(knowing);
    expect(objects.filter(({ verdict }) => verdict === "collect")).toEqual([]);
    expect(await readFile(at(".dad/work/run1/key.txt"), "utf8")).toBe("the key is open-sesame-42");
    const repository = at("outcome", (await readdir(at("outcome")))[0]!);
    expect(execFileSync("git", ["-C", repository, "for-each-ref", "refs/dad/snapshots"], { encoding: "utf8" })).toBe("");
  });

  it("completes in a store that is damaged in many places", async () => {
    const [entry] = await made({ runId: "bad", large: large("bad"), outcome: true }, { runId: "torn", large: large("torn") });
    await rm(blobPath(runRoot, entry!));
    await flipBit(at("bad", "journal.jsonl"), 10);
    await writeFile(at("torn", "journal.jsonl"), "");
    await writeFile(at(".dad/blobs/index.json"), "x");
    await mkdir(at(".dad/blobs/blobs/sha256", digestOfBytes("x").slice(7)));
    await writeFile(at(".dad/trash"), "a file");
    const report = await collectGarbage(store, { dryRun: true }).catch((error: unknown) => error);
    expect(report).toMatchObject({ blocked: [expect.stringContaining("run bad")] });
  });
});

describe("checkoutRun", () => {
  it("makes again all that was deleted of a run directory, also when nothing but the journal is left", async () => {
    await makeRuns(projectRoot, [{ runId: "run1", large: large("x") }]);
    const files = async () => (await readdir(at("run1"), { recursive: true })).sort();
    const [before, manifest] = [await files(), await readFile(at("run1/run.json"), "utf8")];
    for (const name of ["only", "run.json"]) await rm(at("run1", name), { recursive: true });
    expect(await checkoutRun(store, id("run1"))).toMatchObject({
      written: ["only/step/files/large.txt", "only/step/files/small.txt", "run.json"],
      unchanged: [],
      foreign: [],
      failed: [],
    });
    expect(await files()).toEqual(before);
    expect(JSON.parse(await readFile(at("run1/run.json"), "utf8"))).toEqual(JSON.parse(manifest));
    expect(await found()).toEqual([]);
  });

  it("replaces what was edited, and goes on when a directory is in the place of a file", async () => {
    await makeRuns(projectRoot, [{ runId: "run1", large: large("x") }]);
    const [edited, blocked] = [at("run1/only/step/files/large.txt"), at("run1/only/step/files/small.txt")];
    await chmod(edited, 0o644);
    await writeFile(edited, "edited");
    await rm(blocked, { force: true });
    await mkdir(join(blocked, "inside"), { recursive: true });
    const report = await checkoutRun(store, id("run1"));
    expect(report).toMatchObject({ written: ["only/step/files/large.txt"], failed: [{ path: "only/step/files/small.txt" }] });
    expect(await readFile(edited, "utf8")).toBe(large("x"));
  });
});
