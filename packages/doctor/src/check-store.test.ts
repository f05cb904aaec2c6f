import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { JournalDamagedError, JournalStorageError, RunUnknownError } from "@dad/journal";
import { ArtifactEntry, type EventDraft, type Finding, LargeFile, NO_USAGE, NodePath, type OutcomeRef, RelativePath } from "@dad/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { checkStore, isClean } from "./check-store.ts";
import { checkoutRun } from "./checkout-run.ts";
import { fillRun, id, makeRerun, makeRun, storeInMemory, type StoreInMemory, withJournals } from "./testing-store.ts";
import type { TrashCan } from "./trash-can.ts";

const RUN = id("run1");
const FILE = RelativePath.parse("only/step/files/large.txt");
let store: StoreInMemory;
beforeEach(() => {
  const artifacts = memoryArtifactStore();
  store = storeInMemory({ journals: memoryJournalStore(), artifacts, openView: () => memoryArtifactView({ store: artifacts }) });
});

const brief = ({ code, severity, where }: Finding) => `${severity} ${code} ${where}`;
const found = async (options: Parameters<typeof checkStore>[1] = {}) => (await checkStore(store, options)).findings.map(brief);

const RERUN = id("rerun1");
const SMALL = RelativePath.parse("only/step/files/small.txt");

const STEP = { path: NodePath.parse("only.step"), attempt: 2, durationMs: 1, artifacts: [] };
const FAILURE = { code: "X", message: "x", retryable: false };
const COMPLETED = { type: "run.completed", usage: NO_USAGE };
const commitWith = (large: LargeFile, commit = "1"): OutcomeRef => ({ branch: "run/run1", commit, large: [large] });

/** The same store without a run, of which nothing is retained. */
const without = (gone: typeof RUN) =>
  withJournals(store, {
    read: (runId, options) => {
      if (runId === gone) throw new RunUnknownError(gone);
      return store.journals.read(runId, options);
    },
    async *list(options) {
      for await (const listing of store.journals.list(options)) if (listing.runId !== gone) yield listing;
    },
  });

describe("checkStore", () => {
  it("finds nothing in an empty store, and nothing in one that is whole", async () => {
    expect(await checkStore(store)).toEqual({ format: "dad.fsck/1", depth: "full", runs: 0, contents: 0, findings: [], repairs: [] });
    await makeRun(store, RUN);
    await makeRun(store, id("run2"));
    const report = await checkStore(store);
    // The large content is the same in both.
    expect(report).toMatchObject({ runs: 2, contents: 3, findings: [] });
    expect(isClean(report)).toBe(true);
  });

  it("names the run, the node and the artifact whose content is gone", async () => {
    const [large] = await makeRun(store, RUN);
    store.views.get(RUN)?.forget(FILE);
    await store.artifacts.delete(large!.digest);
    const { findings } = await checkStore(store);
    expect(findings[0]).toMatchObject({
      code: "ARTIFACT_MISSING",
      severity: "error",
      what: 'the artifact "large" of node only.step of run run1 is not there',
      where: large!.digest,
      runId: RUN,
      details: { node: "only.step", name: "large", path: FILE, seq: 3 },
      repair: { automatic: false },
    });
    expect(findings.slice(1).map(brief)).toEqual([`warning VIEW_MISSING run1/${FILE}`]);
  });

  it("finds the contents of a reused node with the run that made them, and misses none of its files", async () => {
    await makeRerun(store, RERUN, { of: RUN, artifacts: await makeRun(store, RUN) });
    expect(await found()).toEqual([]);
    await store.views.get(RERUN)?.write(SMALL, "SMALL");
    expect(await found({ runId: RERUN })).toEqual([`warning VIEW_CHANGED rerun1/${SMALL}`]);
    expect(await checkoutRun(store, RERUN)).toMatchObject({ written: [FILE, SMALL], failed: [] });
    expect(store.views.get(RERUN)?.text(SMALL)).toBe("small");
    expect(await found()).toEqual([]);
  });

  describe.each([
    ["that it starts from", (large: LargeFile) => ({ type: "outcome.opened", outcome: commitWith(large) })],
    ["that it made", (large: LargeFile) => ({ type: "outcome.committed", outcome: commitWith(large) })],
    ["of a node", (large: LargeFile) => ({ ...STEP, type: "node.completed", decision: "executed", outcome: commitWith(large) })],
    ["of a node that failed", (large: LargeFile) => ({ ...STEP, type: "node.failed", error: FAILURE, outcome: commitWith(large) })],
  ] as const)("knows the large files of a commit %s", (_which, event) => {
    let large: LargeFile;
    beforeEach(async () => {
      large = LargeFile.parse({ ...(await store.artifacts.put("x".repeat(100))), path: "data/model.bin" });
      // Each commit lists all of them.
      await makeRun(store, RUN, {
        texts: {},
        end: [event(large), { type: "outcome.committed", outcome: commitWith(large, "2") }, COMPLETED] as EventDraft[],
      });
    });

    it("whose content is there", async () => {
      expect(await checkStore(store)).toMatchObject({ findings: [], contents: 1 });
    });

    it("whose content is gone, and says so once", async () => {
      await store.artifacts.delete(large.digest);
      const { findings } = await checkStore(store, { depth: "quick" });
      expect(findings).toMatchObject([
        {
          code: "LARGE_FILE_MISSING",
          severity: "error",
          what: 'the content of the large file "data/model.bin" in the outcome of run run1 is not there',
          where: large.digest,
          runId: RUN,
          details: { path: "data/model.bin", digest: large.digest, size: 100, commit: "1", seq: 4 },
          repair: { automatic: false },
        },
      ]);
    });

    it("whose content is another one", async () => {
      const other = { ...store, artifacts: { ...store.artifacts, size: async () => 99 } };
      expect((await checkStore(other, { depth: "quick" })).findings.map(brief)).toEqual([`error LARGE_FILE_DAMAGED ${large.digest}`]);
    });
  });

  it("asks no origin for what the store has", async () => {
    const artifacts = await makeRun(store, RUN, { texts: { large: "large" } });
    await makeRerun(store, RERUN, { of: RUN, artifacts });
    const { read } = store.journals;
    const wasRead: string[] = [];
    const watched = withJournals(store, { read: (runId, options) => (wasRead.push(runId), read(runId, options)) });
    expect((await checkStore(watched, { runId: RERUN })).findings).toEqual([]);
    expect(new Set(wasRead)).toEqual(new Set([RERUN]));
  });

  it("says which run made what is missing of a reused node, and that it is gone", async () => {
    const artifacts = await makeRun(store, RUN, { texts: { small: "small" } });
    await makeRerun(store, RERUN, { of: RUN, artifacts });
    const { findings } = await checkStore(without(RUN));
    expect(findings).toMatchObject([
      {
        code: "ARTIFACT_MISSING",
        what: 'the artifact "small" of node only.step of run rerun1 is not there: run run1 made it, and is gone, and its journal is not retained',
        where: artifacts[0]!.digest,
        details: { node: "only.step", origin: { runId: "run1", seq: 3, attempt: 1 } },
        repair: { action: "bring-back", automatic: false },
      },
    ]);
    expect((await checkoutRun(without(RUN), RERUN)).failed).toMatchObject([{ path: SMALL, error: { code: "ARTIFACT_MISSING" } }]);
  });

  it("finds content that does not have the size that its entry says", async () => {
    const { digest, mediaType } = await store.artifacts.put("four");
    const entry = ArtifactEntry.parse({ digest, mediaType, size: 5, name: "wrong", path: FILE });
    await using journal = await store.journals.create(RUN);
    await journal.append({ type: "inputs.registered", artifact: entry, paths: [] });
    expect(await found({ depth: "quick" })).toContain(`error ARTIFACT_DAMAGED ${digest}`);
  });

  it("verifies content that travels in the journal, also when it is quick", async () => {
    await using journal = await store.journals.create(RUN);
    const [, small] = await fillRun(store, journal, {});
    await journal.append({ type: "inputs.registered", artifact: { ...small!, data: "b3RoZXI=" }, paths: [] });
    expect((await found({ depth: "quick" })).filter((each) => !each.includes("VIEW"))).toEqual(["error ARTIFACT_DAMAGED run1/journal.jsonl"]);
  });

  it("knows the journals of others that a run retains, and no other files beside them", async () => {
    await makeRun(store, RUN);
    const view = store.views.get(RUN);
    await view?.write(RelativePath.parse(".origins/old.run_1.jsonl"), "");
    expect(await found()).toEqual([]);
    const others = [".origins/.dad_tmp_1", ".origins/UP.jsonl", ".origins/old.json", ".origins/old/x.jsonl", "files/.origins/old.jsonl"];
    for (const path of others) await view?.write(RelativePath.parse(path), "");
    const { findings } = await checkStore(store);
    expect(findings).toMatchObject([{ code: "FILES_UNKNOWN", details: { paths: others.toSorted() } }]);
  });

  it("knows what others have for a run", async () => {
    await makeRun(store, RUN);
    await store.views.get(RUN)?.write(RelativePath.parse(".inbox/answer-0.0/0.json"), "{}");
    expect(await found()).toEqual([]);
  });

  it("tells of readable files that are gone, and of those that were changed", async () => {
    await makeRun(store, RUN);
    const view = store.views.get(RUN);
    view?.forget("run.json");
    await view?.write(FILE, "LARGE");
    await view?.write(RelativePath.parse("only/step/files/note.txt"), "mine");
    expect(await found()).toEqual([`warning VIEW_CHANGED run1/${FILE}`, "warning VIEW_MISSING run1/run.json", "info FILES_UNKNOWN run1"]);
    // It has the right size.
    expect(await found({ depth: "quick" })).toEqual(["warning VIEW_MISSING run1/run.json", "info FILES_UNKNOWN run1"]);
  });

  it("misses no file of what is kept and not shown, but its content", async () => {
    const content = await store.artifacts.put("hidden");
    const artifact = ArtifactEntry.parse({ ...content, name: "hidden", path: "only/hidden.txt", shown: false });
    await makeRun(store, RUN, {
      end: [
        { type: "inputs.registered", artifact, paths: [] },
        { type: "run.completed", usage: NO_USAGE },
      ],
    });
    expect(await found()).toEqual([]);
    expect((await checkoutRun(store, RUN)).written).toEqual([]);
    await store.artifacts.delete(content.digest);
    expect(await found()).toEqual([`error ARTIFACT_MISSING ${content.digest}`]);
  });

  it("misses no file of an artifact that is kept and not shown", async () => {
    await using journal = await store.journals.create(RUN);
    const [large] = await fillRun(store, journal, { end: [] });
    const hidden = { ...large!, name: "hidden", path: RelativePath.parse("only/step/files/hidden.txt"), shown: false };
    await journal.append({ type: "inputs.registered", artifact: hidden, paths: [] });
    await journal[Symbol.asyncDispose]();
    expect(await found()).toEqual(["info RUN_INTERRUPTED run1"]);
  });

  it("tells of a run.json that says something else than the journal", async () => {
    await makeRun(store, RUN, { end: [{ type: "run.failed", usage: NO_USAGE, error: { code: "X", message: "x", retryable: false } }] });
    const view = store.views.get(RUN);
    await view?.write(RelativePath.parse("run.json"), view.text("run.json")?.replace('"failed"', '"completed"') ?? "");
    expect(await found()).toEqual(["warning VIEW_CHANGED run1/run.json"]);
  });

  it("only notes that a run was interrupted, whose run.json is what it was in the middle", async () => {
    await makeRun(store, RUN, { end: [] });
    const report = await checkStore(store);
    expect(report.findings.map(brief)).toEqual(["info RUN_INTERRUPTED run1"]);
    expect(report.findings[0]?.repair).toMatchObject({ description: "dad resume run1", automatic: false });
    expect(isClean(report)).toBe(true);
  });

  it("says nothing of the files of a run that somebody works on, but checks what is recorded", async () => {
    await using journal = await store.journals.create(RUN);
    const [large] = await fillRun(store, journal, { end: [] });
    store.views.get(RUN)?.forget("run.json");
    expect(await found()).toEqual([]);
    await store.artifacts.delete(large!.digest);
    expect(await found()).toEqual([`error ARTIFACT_MISSING ${large!.digest}`]);
  });

  it("says nothing of the files of a run that somebody begins to work on meanwhile", async () => {
    await makeRun(store, RUN, { end: [] });
    store.views.get(RUN)?.forget("run.json");
    let asked = 0;
    const journals = { owner: async () => (++asked === 1 ? undefined : { pid: 1, host: "h", since: "2026-01-01T00:00:00.000Z", epoch: 2 }) };
    const { findings } = await checkStore(withJournals(store, journals));
    expect(findings.map(brief)).toEqual(["info RUN_INTERRUPTED run1"]);
  });

  it("tells where a journal is damaged, and checks the other runs", async () => {
    for (const name of ["bad", "good"]) await makeRun(store, id(name));
    store.views.get(id("good"))?.forget("run.json");
    const { read } = store.journals;
    const damaged = (line: number) =>
      withJournals(store, {
        async *read(runId, options) {
          for await (const event of read(runId, options)) {
            if (runId === "bad" && event.seq === line) throw new JournalDamagedError(runId, { line, reason: "it is not a journal entry" });
            yield event;
          }
        },
      });
    const { findings } = await checkStore({
      ...damaged(3),
      inspectors: [{ subject: "x", async *inspect() {}, repairs: { "keep-valid-prefix": async () => {} } }],
    });
    expect(findings.map(brief)).toEqual(["error JOURNAL_DAMAGED bad/journal.jsonl", "warning VIEW_MISSING good/run.json"]);
    expect(findings[0]).toMatchObject({ details: { line: 3, entries: 2 }, repair: { automatic: true } });
    expect((await checkStore(damaged(1))).findings[0]).toMatchObject({ details: { line: 1, entries: 0 }, repair: { automatic: false } });
  });

  it("tells that content could not be read, which says nothing of the content", async () => {
    const whole = await store.artifacts.put("whole");
    const broken = { ...store.artifacts, get: async (digest: typeof whole.digest) => ({ digest, size: 5, body: failing() }) };
    const { findings } = await checkStore({ ...store, artifacts: broken });
    expect(findings.map(brief)).toEqual([`error CHECK_FAILED blobs`]);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.reject(new Error("the cable is loose"));
    }
  });

  it("tells what could not be checked, and goes on with the rest", async () => {
    for (const name of ["bad", "good"]) await makeRun(store, id(name));
    store.views.get(id("good"))?.forget("run.json");
    const { read } = store.journals;
    const unreadable = withJournals(store, {
      read: (runId, options) => {
        if (runId === "bad") throw new JournalStorageError("open", "bad/journal.jsonl", new Error("EACCES"));
        return read(runId, options);
      },
    });
    const broken = {
      subject: "the planets",
      // oxlint-disable-next-line require-yield -- it fails before
      async *inspect(): AsyncGenerator<Finding> {
        throw new Error("they do not stand in line");
      },
      repairs: {},
    };
    const { findings } = await checkStore({ ...unreadable, inspectors: [broken] });
    expect(findings.map(brief)).toEqual([
      "error RUN_UNREADABLE bad/journal.jsonl",
      "warning VIEW_MISSING good/run.json",
      "error CHECK_FAILED the planets",
    ]);
  });

  it("tells of a run in which nothing happened, and of one that does not say how it was begun", async () => {
    await (await store.journals.create(id("empty")))[Symbol.asyncDispose]();
    {
      await using headless = await store.journals.create(id("headless"));
      await headless.append({ type: "custom.emitted", name: "x", data: null });
    }
    expect(await found()).toEqual(["warning RUN_UNMADE empty", "error RUN_UNREADABLE headless/journal.jsonl"]);
  });

  it("checks one run and nothing else", async () => {
    for (const name of ["one", "two"]) {
      await makeRun(store, id(name));
      store.views.get(id(name))?.forget("run.json");
    }
    expect(await found({ runId: id("two") })).toEqual(["warning VIEW_MISSING two/run.json"]);
    await expect(checkStore(store, { runId: id("three") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("brings back what is named and in the trash", async () => {
    const [large] = await makeRun(store, RUN);
    await store.artifacts.delete(large!.digest);
    const item = { number: 1, kind: "blob" as const, what: large!.digest, from: RelativePath.parse("x"), reason: "", bytes: 5 };
    const trash: TrashCan = {
      open: () => Promise.reject(new Error("nothing is thrown away here")),
      list: async () => [
        {
          id: "gc_1",
          items: [item],
          restore: async () => {
            await store.artifacts.put("large");
            return true;
          },
          purge: () => Promise.reject(new Error("nor here")),
        },
      ],
    };
    const { findings } = await checkStore({ ...store, trash });
    expect(findings.map(brief)).toEqual([`info CONTENT_RESTORED ${large!.digest}`]);
  });

  it("stops when it is told to, with the reason", async () => {
    await makeRun(store, RUN);
    const reason = new Error("enough");
    await expect(checkStore(store, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
