import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { digestOfBytes, NO_USAGE, RelativePath } from "@dad/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { claimByAge } from "./claim-by-age.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { purgeTrash, undoCollection } from "./empty-trash.ts";
import type { RunStanding } from "./store-truth.ts";
import type { Sweeper, SweptStore } from "./swept-store.ts";
import { fillRun, id, makeRun, storeInMemory, type StoreInMemory, withJournals } from "./testing-store.ts";
import { type SweptInMemory, sweptInMemory } from "./testing-garbage.ts";

const RUN = id("run1");
const LONG_AGO = Date.parse("2020-01-01");
let store: StoreInMemory;
let swept: SweptInMemory;
beforeEach(() => {
  const artifacts = memoryArtifactStore();
  store = storeInMemory({ journals: memoryJournalStore(), artifacts, openView: () => memoryArtifactView({ store: artifacts }) });
  swept = sweptInMemory(store);
});

const garbage = (text: string, mtimeMs = LONG_AGO) => swept.put(text, mtimeMs);
const verdicts = async (over: Partial<SweptStore> = {}, options: Parameters<typeof collectGarbage>[1] = {}) =>
  new Map((await collectGarbage({ ...swept, ...over }, options)).objects.map(({ what, verdict, reason }) => [what, `${verdict}: ${reason}`]));

describe("collectGarbage", () => {
  it("takes content that no journal names, keeps what one does, and says why", async () => {
    const [large] = await makeRun(store, RUN);
    swept.age(large!.digest, LONG_AGO);
    const old = await garbage("old");
    const fresh = await garbage("fresh", Date.now() + 1_000);
    expect(await verdicts()).toEqual(
      new Map([
        [large!.digest, "keep: run run1 names it"],
        [old, "collect: no journal and no pin names it"],
        [fresh, "keep: it was stored after the collection began"],
      ]),
    );
    expect(await swept.stored()).toEqual([large!.digest, fresh].sort());
  });

  it("keeps the large files of each commit that a journal names", async () => {
    const [opened, committed, old] = [await garbage("opened"), await garbage("committed"), await garbage("old")];
    const outcomeWith = (digest: typeof old) => ({
      branch: "run/run1",
      commit: "1",
      large: [{ path: RelativePath.parse("a"), mediaType: "application/octet-stream", digest, size: 1 }],
    });
    await makeRun(store, RUN, {
      texts: {},
      end: [
        { type: "outcome.opened", outcome: outcomeWith(opened) },
        { type: "outcome.committed", outcome: outcomeWith(committed) },
        { type: "run.completed", usage: NO_USAGE },
      ],
    });
    expect((await verdicts()).get(old)).toMatch(/^collect/);
    expect(await swept.stored()).toEqual([opened, committed].sort());
  });

  it("would take in a dry run what it takes", async () => {
    const old = await garbage("old");
    const dry = await collectGarbage(swept, { dryRun: true });
    expect(await swept.stored()).toEqual([old]);
    const real = await collectGarbage(swept);
    expect(real.objects).toEqual(dry.objects);
    expect([dry.trash, real.trash, real.dryRun]).toEqual([null, "gc_1", false]);
    expect(await swept.stored()).toEqual([]);
  });

  it("keeps what a run retains of another one that is gone", async () => {
    await makeRun(store, RUN, { texts: {} });
    const needed = await garbage("needed");
    const retained: SweptStore["retained"] = async function* (runId) {
      if (runId === RUN) yield needed;
    };
    expect((await verdicts({ retained })).get(needed)).toBe("keep: what run run1 retains of another one names it");
    expect((await verdicts()).get(needed)).toMatch(/^collect/);
  });

  it("keeps what an event of a newer version names, wherever it does", async () => {
    const [one, two] = [await garbage("one"), await garbage("two")];
    await using journal = await store.journals.create(RUN);
    await fillRun(store, journal, { texts: {} });
    await journal.append({ type: "custom.emitted", name: "x", data: { deep: [{ [one]: null }, `it is ${two}.`] } });
    expect((await collectGarbage(swept)).trash).toBeNull();
  });

  it("keeps what was stored while a run goes on, and what is younger than an hour, as long as one does", async () => {
    await using journal = await store.journals.create(RUN);
    await fillRun(store, journal, { texts: {}, end: [] });
    const hour = 3_600_000;
    const [during, recent, old] = [
      await garbage("during", Date.now() - 1),
      await garbage("recent", Date.now() - hour / 2),
      await garbage("old", Date.now() - 2 * hour),
    ];
    const found = await verdicts();
    expect(found.get(recent)).toBe("keep: it was stored less than an hour ago, and runs go on");
    expect(found.get(during)).toMatch(/^keep: /);
    expect(found.get(old)).toMatch(/^collect/);
  });

  it("keeps all content when a journal cannot be read, and says which, but takes other things", async () => {
    await makeRun(store, RUN);
    const old = await garbage("old");
    const journals = withJournals(store, {
      read: () => {
        throw new Error("the disk hums");
      },
    }).journals;
    const sweepers = [sweeperOf("a lock", "another lock")];
    const report = await collectGarbage({ ...swept, journals, sweepers });
    expect(report.blocked).toEqual([expect.stringContaining("run run1 cannot be read, so it is not known what it names: the disk hums")]);
    expect(report.objects.filter(({ verdict }) => verdict === "collect").map(({ what }) => what)).toEqual(["a lock", "another lock"]);
    expect(await swept.stored()).toContain(old);
  });

  it("keeps what is pinned, and all content when a pin cannot be read", async () => {
    const [pinned, old] = [await garbage("pinned"), await garbage("old")];
    const digests = new Map([[pinned, "the pin export.json keeps it: an export"]]);
    expect(await verdicts({ pins: async () => ({ digests, unreadable: ["torn.json"] }) }, { dryRun: true })).toEqual(
      new Map([
        [pinned, "keep: the pin export.json keeps it: an export"],
        [old, expect.stringContaining("keep: the pin torn.json cannot be read")],
      ]),
    );
    expect((await verdicts({ pins: async () => ({ digests, unreadable: [] }) })).get(old)).toMatch(/^collect/);
    expect(await swept.stored()).toEqual([pinned]);
  });

  it("keeps what was set aside of a journal", async () => {
    await makeRun(store, RUN, { texts: {} });
    const old = await garbage("old");
    expect((await verdicts({ setAside: async () => [old] })).get(old)).toBe("keep: what was set aside of the journal of run run1 names it");
  });

  it("leaves what was touched since it was judged", async () => {
    const old = await garbage("old");
    swept.beforeTake = () => swept.age(old, LONG_AGO + 1);
    expect((await verdicts()).get(old)).toBe("keep: somebody needed it meanwhile, or it is gone");
    expect(await swept.stored()).toEqual([old]);
  });

  it("puts back what a journal names that was written meanwhile", async () => {
    const old = await garbage("old");
    const entry = { digest: old, mediaType: "text/plain", size: 3, name: "late", path: RelativePath.parse("only/late.txt") };
    swept.beforeTake = async () => {
      await using journal = await store.journals.create(RUN);
      await fillRun(store, journal, { texts: {}, end: [] });
      await journal.append({ type: "inputs.registered", artifact: entry, paths: [] });
    };
    expect((await verdicts()).get(old)).toBe("keep: a journal that was written meanwhile names it");
    expect(await swept.stored()).toEqual([old]);
  });

  it("puts back what a collection took that was killed before it could", async () => {
    const [large] = await makeRun(store, RUN);
    await swept.throwAway(large!.digest);
    const report = await collectGarbage(swept);
    expect(report.restored).toEqual([large!.digest]);
    expect(await swept.stored()).toEqual([large!.digest]);
  });

  it("goes on when a part cannot be looked at, and says so", async () => {
    const sweepers: Sweeper[] = [
      {
        subject: "the working trees",
        // oxlint-disable-next-line require-yield -- it fails before
        async *judge() {
          throw new Error("there is no git");
        },
      },
      sweeperOf("a lock"),
    ];
    const report = await collectGarbage({ ...swept, sweepers });
    expect(report.blocked).toEqual(["the working trees could not be looked at: there is no git"]);
    expect(report.objects).toHaveLength(1);
  });

  it("lets one collect at a time", async () => {
    await expect(collectGarbage({ ...swept, exclusively: async () => undefined })).rejects.toMatchObject({ code: "GC_RUNNING" });
    expect(await collectGarbage({ ...swept, exclusively: async () => undefined }, { dryRun: true })).toMatchObject({ dryRun: true });
  });

  it("moves nothing when it is stopped before", async () => {
    const old = await garbage("old");
    const reason = new Error("enough");
    await expect(collectGarbage(swept, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await swept.stored()).toEqual([old]);
  });
});

describe("undoCollection", () => {
  it("puts back what the last collection took, or that of an id", async () => {
    const [first] = [await garbage("first")];
    await collectGarbage(swept);
    const second = await garbage("second");
    await collectGarbage(swept);
    expect(await undoCollection(swept)).toEqual({
      format: "dad.trash-report/1",
      items: [{ kind: "blob", what: second, bytes: 6, became: "restored" }],
    });
    expect(await swept.stored()).toEqual([second]);
    await undoCollection(swept, "gc_1");
    expect(await swept.stored()).toEqual([first, second].sort());
    expect((await undoCollection(swept)).items).toEqual([]);
    await expect(undoCollection(swept, "gc_9")).rejects.toMatchObject({ code: "TRASH_UNKNOWN", details: { known: ["gc_1", "gc_2"] } });
  });

  it("leaves in the trash what has come into being again", async () => {
    const old = await garbage("old");
    await collectGarbage(swept);
    await garbage("old");
    expect((await undoCollection(swept)).items).toMatchObject([{ what: old, became: "left" }]);
  });
});

describe("purgeTrash", () => {
  it("deletes what is in the trash, but puts back what a journal names", async () => {
    const [large] = await makeRun(store, RUN);
    await garbage("old");
    await collectGarbage(swept);
    await swept.throwAway(large!.digest);
    expect(await purgeTrash(swept)).toMatchObject({ items: [{ what: digestOfBytes("old"), became: "purged" }] });
    expect(await swept.stored()).toEqual([large!.digest]);
    expect(await swept.trash.list()).toEqual([]);
  });
});

describe("claimByAge", () => {
  const standing = (runId: string, since?: string): RunStanding => ({
    runId: id(runId),
    state: since ? "live" : "ended",
    owner: since ? { pid: 1, host: "h", since, epoch: 1 } : undefined,
    details: undefined,
    outcome: undefined,
  });
  const claim = (startedAt: string, ...runs: readonly RunStanding[]) =>
    claimByAge({ truth: { runs: new Map(runs.map((run) => [run.runId, run])) }, startedAt: Date.parse(startedAt) });
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

  it("goes by the oldest run that goes on", () => {
    const claims = claim("2026-01-01T12:00:00Z", standing("a", "2026-01-01T09:00:00Z"), standing("b", "2026-01-01T08:00:00Z"), standing("c"));
    expect(claims(at("08:00:00"))).toBe("it was stored while run b, which goes on, was worked on");
    expect(claims(at("07:59:00"))).toBeUndefined();
  });

  it("allows for clocks that tick slowly", () => {
    const claims = claim("2026-01-01T12:00:00Z");
    expect(claims(at("11:59:58"))).toBe("it was stored after the collection began");
    expect(claims(at("11:59:57"))).toBeUndefined();
  });

  it("keeps what has no time, and all as long as a run says nothing that is a time", () => {
    expect(claim("2026-01-01T12:00:00Z")(Number.NaN)).toBeDefined();
    expect(claim("2026-01-01T12:00:00Z", standing("a", "yesterday"))(0)).toBeDefined();
  });
});

function sweeperOf(...names: readonly string[]): Sweeper {
  return {
    subject: "the locks",
    async *judge() {
      for (const what of names) {
        const from = RelativePath.parse(`.dad/locks/${what}`);
        yield { kind: "lock", what, from, reason: "it is of no use", bytes: 0, judged: { ino: 0, mtimeMs: 0 }, verdict: "collect" };
      }
    },
  };
}
