import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import type { RunId } from "@dad/protocol";
import { RelativePath } from "@dad/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { checkoutRun } from "./checkout-run.ts";
import type { Inspector, MaintainedStore } from "./maintained-store.ts";
import { repairStore } from "./repair-store.ts";
import { fillRun, id, makeRun, storeInMemory, type StoreInMemory } from "./testing-store.ts";

const RUN = id("run1");
const FILE = RelativePath.parse("only/step/files/large.txt");
let store: StoreInMemory;
beforeEach(() => {
  const artifacts = memoryArtifactStore();
  store = storeInMemory({ journals: memoryJournalStore(), artifacts, openView: () => memoryArtifactView({ store: artifacts }) });
});

async function repairsIn(runId: RunId): Promise<unknown[]> {
  const repairs: unknown[] = [];
  for await (const event of store.journals.read(runId)) if (event.type === "run.repaired") repairs.push([event.finding, event.where, event.action]);
  return repairs;
}

/** Finds one thing until it is repaired. */
function inspectorOf(finding: { readonly runId?: RunId }, repair: () => Promise<void> = async () => {}): Inspector & { repaired: number } {
  const inspector = {
    subject: "the lamp",
    repaired: 0,
    async *inspect() {
      const mend = { action: "mend", description: "mend it", automatic: true };
      if (inspector.repaired === 0)
        yield { code: "BROKEN", severity: "error" as const, what: "it is broken", where: "lamp", repair: mend, ...finding };
    },
    repairs: {
      async mend() {
        await repair();
        inspector.repaired++;
      },
    },
  };
  return inspector;
}

describe("repairStore", () => {
  it("changes nothing in a store that is whole", async () => {
    await makeRun(store, RUN);
    expect(await repairStore(store)).toMatchObject({ findings: [], repairs: [] });
    expect(await repairsIn(RUN)).toEqual([]);
  });

  it("makes readable files again, and says so in the journal once for each kind", async () => {
    await makeRun(store, RUN);
    const view = store.views.get(RUN);
    view?.forget("run.json");
    view?.forget("only/step/files/small.txt");
    await view?.write(FILE, "changed");
    const { findings, repairs } = await repairStore(store);
    expect(findings).toEqual([]);
    expect(repairs.map(({ finding, done }) => [finding.code, done])).toEqual([
      ["VIEW_CHANGED", true],
      ["VIEW_MISSING", true],
      ["VIEW_MISSING", true],
    ]);
    expect(view?.text(FILE)).toBe("large");
    expect(await repairsIn(RUN)).toEqual([
      ["VIEW_CHANGED", `run1/${FILE}`, "checkout"],
      ["VIEW_MISSING", "run1", "checkout"],
    ]);
  });

  it("stores content again that a run still shows", async () => {
    const [large] = await makeRun(store, RUN);
    await store.artifacts.delete(large!.digest);
    const { findings } = await repairStore(store);
    expect(findings).toEqual([]);
    expect(await store.artifacts.size(large!.digest)).toBe(5);
    expect(await repairsIn(RUN)).toEqual([["ARTIFACT_MISSING", large!.digest, "restore-content"]]);
  });

  it("tells what is left when content is nowhere whole", async () => {
    const [large] = await makeRun(store, RUN);
    await store.artifacts.delete(large!.digest);
    await store.views.get(RUN)?.write(FILE, "LARGE");
    const { findings, repairs } = await repairStore(store);
    expect(findings.map(({ code }) => code)).toEqual(["ARTIFACT_MISSING", "VIEW_CHANGED"]);
    // There is nothing from which it could be made.
    expect(repairs).toEqual([expect.objectContaining({ done: false, error: expect.objectContaining({ code: "ARTIFACT_MISSING" }) })]);
    expect(await repairsIn(RUN)).toEqual([]);
  });

  it("leaves a run alone that somebody works on", async () => {
    await makeRun(store, RUN);
    store.views.get(RUN)?.forget("run.json");
    await using _working = await store.journals.open(RUN);
    const { findings, repairs } = await repairStore({ ...store, journals: { ...store.journals, owner: async () => undefined } });
    expect(repairs).toMatchObject([{ done: false, error: { code: "RUN_LOCKED" } }]);
    expect(findings).toHaveLength(1);
  });

  it("records what an inspector mended in the run that it belongs to, or else in the store", async () => {
    await makeRun(store, RUN);
    const inspectors = [inspectorOf({ runId: RUN }), { ...inspectorOf({}), subject: "the store" }];
    expect(await repairStore({ ...store, inspectors: inspectors.slice(0, 1) })).toMatchObject({ findings: [], repairs: [{ done: true }] });
    expect(await repairsIn(RUN)).toEqual([["BROKEN", "lamp", "mend"]]);
    expect(store.recorded).toEqual([]);
    await repairStore({ ...store, inspectors: [inspectorOf({})] });
    await repairStore({ ...store, inspectors: [inspectorOf({ runId: id("gone") })] });
    expect(store.recorded).toMatchObject([{ format: "dad.repair/1", action: "mend", finding: { code: "BROKEN" } }, { finding: { runId: "gone" } }]);
  });

  it("tells why something could not be mended, and records nothing of it", async () => {
    await makeRun(store, RUN);
    const inspectors = [inspectorOf({ runId: RUN }, () => Promise.reject(new Error("no screwdriver")))];
    const { repairs, findings } = await repairStore({ ...store, inspectors });
    expect(repairs).toMatchObject([{ done: false, error: { message: "no screwdriver" } }]);
    expect(findings).toHaveLength(1);
    expect(await repairsIn(RUN)).toEqual([]);
  });
});

describe("checkoutRun", () => {
  it("makes what is missing or different, and leaves alone what the journal says nothing of", async () => {
    await makeRun(store, RUN);
    const view = store.views.get(RUN);
    await view?.write(FILE, "changed");
    await view?.write(RelativePath.parse("only/step/note.txt"), "mine");
    view?.forget("run.json");
    expect(await checkoutRun(store, RUN)).toEqual({
      format: "dad.checkout/1",
      runId: RUN,
      written: [FILE, "run.json"],
      unchanged: ["only/step/files/small.txt"],
      foreign: ["only/step/note.txt"],
      failed: [],
    });
    expect([view?.text(FILE), view?.text("only/step/note.txt")]).toEqual(["large", "mine"]);
    expect(await checkoutRun(store, RUN)).toMatchObject({ written: [] });
  });

  it("makes the other files when one cannot be made", async () => {
    const [large] = await makeRun(store, RUN);
    await store.artifacts.delete(large!.digest);
    store.views.get(RUN)?.forget(FILE);
    store.views.get(RUN)?.forget("run.json");
    const report = await checkoutRun(store, RUN);
    expect(report).toMatchObject({ written: ["run.json"], failed: [{ path: FILE, error: { code: "ARTIFACT_MISSING" } }] });
  });

  it("adds nothing to the journal", async () => {
    await makeRun(store, RUN);
    const count = async () => (await eventsOf(store)).length;
    const before = await count();
    await checkoutRun(store, RUN);
    expect(await count()).toBe(before);
  });

  it("refuses a run that somebody works on, and one that is not there", async () => {
    await using journal = await store.journals.create(RUN);
    await fillRun(store, journal, { end: [] });
    await expect(checkoutRun(store, RUN)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    await expect(checkoutRun(store, id("gone"))).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
});

async function eventsOf({ journals }: MaintainedStore): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of journals.read(RUN)) events.push(event);
  return events;
}
