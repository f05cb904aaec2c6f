import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalStore, localStore } from "@dad/local";
import { type EventDraft, ExecutionId, NO_USAGE, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { followRun, type FollowRunOptions } from "./follow-run.ts";

const runId = RunId.parse("run_1");
const BEGUN: EventDraft = { type: "run.started", executionId: ExecutionId.parse("00000000-0000-4000-8000-000000000000"), rootComponentId: "a" };
const CANCELLED: EventDraft = { type: "run.cancelled", usage: NO_USAGE };
const RESUMED: EventDraft = { type: "run.resumed", from: "cancelled" };
const COMPLETED: EventDraft = { type: "run.completed", usage: NO_USAGE };

/** A run that somebody works on, and one that is read beside it. */
async function workedOn(...drafts: EventDraft[]) {
  const runRoot = await mkdtemp(join(tmpdir(), "dad-follow-"));
  const [writes, reads] = [localStore({ runRoot, durability: "relaxed" }), localStore({ runRoot })];
  const journal = await writes.journals.create(runId);
  for (const draft of drafts) await journal.append(draft);
  return {
    journal,
    /** The types of all that is given until it ends. `onType` is called on the way. */
    async follow(options: Partial<FollowRunOptions> = {}, onType: (type: string) => unknown = () => undefined) {
      const types: string[] = [];
      for await (const { type } of followRun(reads, { runId, signal: new AbortController().signal, ...options })) {
        types.push(type);
        await onType(type);
      }
      return types;
    },
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]();
      await Promise.all([writes[Symbol.asyncDispose](), reads[Symbol.asyncDispose]()]);
      await rm(runRoot, { recursive: true });
    },
  };
}

/** A run of which each reading finds something else: followed, then once more to its end, and so on. */
function storeOf(readings: readonly (readonly EventDraft[])[], owner: () => unknown = () => ({ pid: 1 })): Parameters<typeof followRun>[0] {
  const left = [...readings];
  async function* read(_runId: RunId, { follow, signal, from = 1 }: ReadOptions) {
    signal?.throwIfAborted();
    yield* (left.shift() ?? []).map((draft, at) => ({ ...draft, seq: from + at }));
    if (follow) await new Promise((_, fail) => signal?.addEventListener("abort", () => fail(signal.reason as Error)));
  }
  return { journals: { read, owner: async () => owner() } as unknown as LocalStore["journals"] };
}

interface ReadOptions {
  readonly from?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

describe("followRun", () => {
  it("gives all that is recorded of a run that nobody works on, and ends", async () => {
    await using run = await workedOn(BEGUN, COMPLETED);
    await run.journal[Symbol.asyncDispose]();
    expect(await run.follow()).toEqual(["run.started", "run.completed"]);
    expect(await run.follow({ from: 2 })).toEqual(["run.completed"]);
  });

  it("ends with a run although its process goes on, but not with an end from which it was resumed", async () => {
    await using run = await workedOn(BEGUN, CANCELLED, RESUMED);
    const onType = (type: string) => type === "run.resumed" && run.journal.append(COMPLETED);
    expect(await run.follow({}, onType)).toEqual(["run.started", "run.cancelled", "run.resumed", "run.completed"]);
  });

  it("ends when nobody works on a run any more, with all that was recorded", async () => {
    await using run = await workedOn(BEGUN);
    const onType = (type: string) => type === "run.started" && run.journal.append(RESUMED).then(() => run.journal[Symbol.asyncDispose]());
    expect(await run.follow({}, onType)).toEqual(["run.started", "run.resumed"]);
  });

  it("goes on where somebody takes a run up again just when it seems to be over", async () => {
    const rounds = [[BEGUN, CANCELLED], [RESUMED], [COMPLETED], []];
    const types: string[] = [];
    for await (const { type } of followRun(storeOf(rounds), { runId, signal: new AbortController().signal })) types.push(type);
    expect(types).toEqual(["run.started", "run.cancelled", "run.resumed", "run.completed"]);
  });

  it("can stay while nobody works on a run, and says so once", async () => {
    const stopping = new AbortController();
    let [interrupted, looks] = [0, 0];
    const store = storeOf([[BEGUN]], () => void (++looks === 3 && stopping.abort()));
    const options = { runId, stays: true, onInterrupted: () => (interrupted += 1), signal: stopping.signal };
    const types: string[] = [];
    await expect(
      (async () => {
        for await (const { type } of followRun(store, options)) types.push(type);
      })(),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect({ types, interrupted, looks }).toEqual({ types: ["run.started"], interrupted: 1, looks: 3 });
  });

  it("fails with what the journal fails with", async () => {
    await using run = await workedOn(BEGUN);
    await expect(run.follow({ runId: RunId.parse("run_2") })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    await expect(run.follow({ runId: "../x" as RunId })).rejects.toThrow(TypeError);
  });
});
