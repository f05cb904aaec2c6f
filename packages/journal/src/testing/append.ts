import { expect, it } from "vitest";
import { digestOfBytes, digestOfJson, type EventDraft } from "@dad/protocol";
import { nodeStarted, numbered, recorded, RUN, upTo } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

/** What `append` promises. */
export function appendTests({ store }: JournalFixture): void {
  it("resolves to the event as it is read", async () => {
    await using journal = await store().create(RUN);
    const [before, appended, after] = [Date.now(), await journal.append(nodeStarted("agent.flow.node")), Date.now()];
    expect(appended).toMatchObject({ runId: RUN, seq: 1, epoch: 1, type: "node.started", path: "agent.flow.node", attempt: 1, nodeType: "command" });
    expect(Date.parse(appended.time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(appended.time)).toBeLessThanOrEqual(after);
    expect(await recorded(store())).toEqual([appended]);
  });

  it("chains its entries by their hashes, the first one to nothing", async () => {
    await using journal = await store().create(RUN);
    for (const number of upTo(5)) await journal.append(numbered(number));
    let prev = digestOfBytes("");
    for (const { hash, ...content } of await recorded(store())) {
      expect(content.prev).toBe(prev);
      expect(hash).toBe(digestOfJson(content));
      prev = hash;
    }
  });

  it("records 100 concurrent appends in the order of the calls, without a gap", async () => {
    await using journal = await store().create(RUN);
    const appended = await Promise.all(upTo(100).map((number) => journal.append(numbered(number))));
    const events = await recorded(store());
    expect(events).toEqual(appended);
    expect(events.map(({ seq }) => seq)).toEqual(upTo(100));
    expect(events.map((event) => event.type === "custom.emitted" && event.data)).toMatchObject(upTo(100).map((number) => ({ number })));
    expect(events.map(({ mono }) => mono)).toEqual(events.map(({ mono }) => mono).sort((left, right) => left - right));
  });

  it("records what an event was when it was appended", async () => {
    await using journal = await store().create(RUN);
    const data = { text: "before" };
    const appending = journal.append({ type: "custom.emitted", name: "x", data });
    data.text = "after";
    expect(await appending).toMatchObject({ data: { text: "before" } });
    expect(await recorded(store())).toMatchObject([{ data: { text: "before" } }]);
  });

  it("leaves out what is undefined", async () => {
    await using journal = await store().create(RUN);
    await journal.append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0, costUsd: null }, error: undefined });
    expect(Object.keys((await recorded(store()))[0]!)).not.toContain("error");
  });

  it("gives an event its own place, whatever the draft says about it", async () => {
    await using journal = await store().create(RUN);
    const foreign = { ...numbered(1), seq: 7, epoch: 9, runId: "another", time: "then", mono: -1, prev: "x", hash: "y" };
    expect(await journal.append(foreign)).toMatchObject({ seq: 1, epoch: 1, runId: RUN });
    expect(await recorded(store())).toHaveLength(1);
  });

  it.each<[string, unknown, RegExp]>([
    ["an unknown type", { type: "node.exploded" }, /node\.exploded/],
    ["a missing member", { type: "node.started", path: "agent" }, /attempt/],
    ["an illegal path", { ...nodeStarted("agent"), path: "../x" }, /path/],
    ["a value that JSON cannot carry", { type: "custom.emitted", name: "x", data: { number: Number.NaN } }, /NaN/],
    ["an instance of a class", { type: "custom.emitted", name: "x", data: { when: new Date(0) } }, /\$\.data\.when/],
    ["nothing", undefined, /undefined/],
  ])("refuses a draft with %s, and goes on", async (_what, draft, naming) => {
    await using journal = await store().create(RUN);
    const refused = journal.append(draft as EventDraft);
    await expect(refused).rejects.toBeInstanceOf(TypeError);
    await expect(refused).rejects.toThrow(naming);
    expect(await journal.append(numbered(1))).toMatchObject({ seq: 1 });
  });

  it("does not record what was aborted", async () => {
    await using journal = await store().create(RUN);
    await expect(journal.append(numbered(1), { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    const [first, second, third] = [
      journal.append(numbered(1)),
      journal.append(numbered(2), { signal: controller.signal }),
      journal.append(numbered(3)),
    ];
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    const appended = await Promise.all([first, third]);
    expect(await recorded(store())).toEqual(appended);
  });

  it("gives an entry that nobody waits for its place at once, and keeps it in order", async () => {
    await using journal = await store().create(RUN);
    const appended = [
      await journal.append(numbered(1), { wait: "ordered" }),
      await journal.append(numbered(2), { wait: "ordered" }),
      await journal.append(numbered(3)),
      await journal.append(numbered(4), { wait: "ordered" }),
    ];
    expect(appended.map(({ seq }) => seq)).toEqual(upTo(4));
    // Whoever waits for one has waited for all before it.
    expect((await recorded(store())).slice(0, 3)).toEqual(appended.slice(0, 3));
    await journal[Symbol.asyncDispose]();
    expect(await recorded(store())).toEqual(appended);
  });

  it("takes no more after it was disposed, and records what was appended before", async () => {
    const journal = await store().create(RUN);
    const appending = Promise.all(upTo(10).map((number) => journal.append(numbered(number))));
    await Promise.all([journal[Symbol.asyncDispose](), journal[Symbol.asyncDispose]()]);
    await expect(journal.append(numbered(11))).rejects.toMatchObject({ code: "JOURNAL_CLOSED", details: { runId: RUN } });
    expect(await recorded(store())).toEqual(await appending);
  });
}
