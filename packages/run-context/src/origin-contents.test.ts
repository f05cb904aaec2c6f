import { inlineContent } from "@dad/artifacts";
import { type JournalStore, JournalDamagedError } from "@dad/journal";
import { memoryJournalStore } from "@dad/journal/memory";
import { ArtifactEntry, ExecutionId, NodePath, type RecordedEvent, RunId } from "@dad/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { contentsOfOrigins, withoutData } from "./origin-contents.ts";

const [ORIGIN, RERUN] = [RunId.parse("origin"), RunId.parse("rerun")];
const entryOf = (name: string, text: string): ArtifactEntry =>
  ArtifactEntry.parse({ ...inlineContent(text, "text/plain"), name, path: `only/step/${name}.txt` });
const made = [entryOf("outcome", "one"), entryOf("input", "two")];
const [reused, at] = [withoutData(made), (seq: number) => ({ runId: ORIGIN, seq, attempt: 1 })];

let journals: JournalStore;
beforeEach(async () => {
  journals = memoryJournalStore();
  await using journal = await journals.create(ORIGIN);
  await journal.append({ type: "run.started", executionId: ExecutionId.parse(crypto.randomUUID()), rootComponentId: "only" });
  for (const name of ["one", "two"]) {
    const step = { path: NodePath.parse(`only.${name}`), attempt: 1, durationMs: 1 };
    await journal.append({ type: "node.completed", ...step, decision: "executed", artifacts: made });
  }
});

type Read = JournalStore["read"];

/** What is retained ends in damage behind so many entries, and is another file than the journal of the origin. */
function damagedBehind(entries: number, { own }: { readonly own: boolean }): { readonly read: Read } {
  const damage = (line: number) => new JournalDamagedError(ORIGIN, { line, reason: "it is not what was written" });
  async function* read(runId: RunId, options: Parameters<Read>[1] = {}): AsyncGenerator<RecordedEvent, void> {
    for await (const event of journals.read(runId, options)) {
      if (event.seq > entries && (own || options.through !== undefined)) throw damage(event.seq);
      yield event;
    }
  }
  return { read };
}

describe("contentsOfOrigins", () => {
  it("gives the entries of a reused node their data back, and reads each origin once", async () => {
    const reads: unknown[] = [];
    const watched = { read: (...call: Parameters<Read>) => (reads.push(call), journals.read(...call)) };
    const contents = contentsOfOrigins(watched, RERUN);
    expect(reads).toEqual([]);
    expect(await Promise.all([contents.of(at(2), reused), contents.of(at(3), reused)])).toEqual([made, made]);
    expect(await contents.failure(ORIGIN)).toBeUndefined();
    expect(reads).toEqual([[ORIGIN, { through: RERUN }]]);
  });

  it("reads nothing for entries that have their data", async () => {
    const read = () => expect.fail("nothing is missing");
    expect(await contentsOfOrigins({ read }, RERUN).of(at(2), made)).toBe(made);
  });

  it("gives no other content than the one that is named, from no other entry", async () => {
    const contents = contentsOfOrigins(journals, RERUN);
    const other = withoutData([entryOf("outcome", "another"), entryOf("other", "one")]);
    expect(await contents.of(at(2), other)).toEqual(other);
    expect(await contents.of(at(1), reused)).toEqual(reused);
  });

  it("leaves the entries of an origin that is gone without data, and says so", async () => {
    const gone = { ...at(2), runId: RunId.parse("gone") };
    const contents = contentsOfOrigins(journals, RERUN);
    expect(await contents.of(gone, reused)).toEqual(reused);
    expect(await contents.failure(gone.runId)).toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("has what is before the damage in an origin, and says where that is", async () => {
    const contents = contentsOfOrigins(damagedBehind(2, { own: true }), RERUN);
    expect([await contents.of(at(2), reused), await contents.of(at(3), reused)]).toEqual([made, reused]);
    expect(await contents.failure(ORIGIN)).toMatchObject({ code: "JOURNAL_DAMAGED", details: { line: 3 } });
  });

  it("takes what is damaged in what is retained from the journal of the origin", async () => {
    const contents = contentsOfOrigins(damagedBehind(1, { own: false }), RERUN);
    expect([await contents.of(at(2), reused), await contents.failure(ORIGIN)]).toEqual([made, undefined]);
  });

  it("fails when the storage does: that says nothing of what is there", async () => {
    const read = () => {
      throw new Error("the cable is loose");
    };
    await expect(contentsOfOrigins({ read }, RERUN).of(at(2), reused)).rejects.toThrow("the cable is loose");
  });
});
