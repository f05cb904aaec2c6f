import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, digestOfJson, type EventDraft, type Json, RunId } from "@dad/protocol";
import { factOf, headOfNothing, sealEntry, verifyLine } from "./entry.ts";
import { memoryJournalStore } from "./memory.ts";
import { recorded, RUN } from "./testing/drafts.ts";

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const seal = (draft: EventDraft) => sealEntry(factOf(RUN, draft), 1, headOfNothing());
const sample: EventDraft = { type: "custom.emitted", name: "x", data: null };

it("is read as it was appended, whatever it carries", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(json, { maxLength: 8 }), async (values) => {
      const store = memoryJournalStore();
      await using journal = await store.create(RUN);
      const appended = await Promise.all(values.map((data) => journal.append({ type: "custom.emitted", name: "x", data })));
      expect(await recorded(store)).toEqual(appended);
      expect(appended.map((event) => event.type === "custom.emitted" && event.data)).toEqual(values);
    }),
    { numRuns: 50 },
  );
});

it("keeps members that are named like what every object has", () => {
  const draft = JSON.parse('{"type":"custom.emitted","name":"x","data":1,"__proto__":{"a":1},"constructor":2}') as EventDraft;
  const { line } = seal(draft);
  expect(line).toContain('"__proto__":{"a":1}');
  expect(verifyLine(line, RUN, headOfNothing())).toHaveProperty("event");
});

it("is told as it is read, and is nobody's who reported it", () => {
  const data = { list: [{ zero: -0, text: "x" }], gone: undefined };
  const draft = { ...sample, data, seq: 9, hash: "of somebody" } as unknown as EventDraft;
  const { line, event } = seal(draft);
  expect(event).toStrictEqual(JSON.parse(line));
  data.list.push({ zero: 1, text: "later" });
  expect(event).toStrictEqual(JSON.parse(line));
});

it("passes on an event of a type that is not known here", () => {
  const { hash: _, ...content } = { ...JSON.parse(seal(sample).line), type: "node.teleported", to: "mars" } as Record<string, unknown>;
  const line = canonicalJson({ ...content, hash: digestOfJson(content) });
  expect(verifyLine(line, RUN, headOfNothing())).toMatchObject({ event: { type: "node.teleported", to: "mars" } });
});

describe("a line is no entry", () => {
  const { line, head } = seal(sample);
  const rehashed = (change: object) => {
    const { hash: _, ...content } = { ...JSON.parse(line), ...change } as Record<string, unknown>;
    return canonicalJson({ ...content, hash: digestOfJson(content) });
  };

  it.each<[string, string, string]>([
    ["it is not JSON", line.slice(1), "not a journal entry"],
    ["a member is missing", line.replace('"epoch":1,', ""), "not a journal entry"],
    ["a member is there twice", line.replace('"epoch":1,', '"epoch":1,"epoch":1,'), "its hash"],
    ["its content was changed", line.replace('"name":"x"', '"name":"y"'), "its hash"],
  ])("when %s, as a torn write may leave it", (_what, text, reason) => {
    expect(verifyLine(text, RUN, headOfNothing())).toMatchObject({ reason: expect.stringContaining(reason), intact: false });
  });

  it.each<[string, string, string]>([
    ["it belongs to another run", rehashed({ runId: "other" }), "run other"],
    ["its number leaves a gap", rehashed({ seq: 2 }), "expected 1"],
    ["it follows another entry", rehashed({ prev: head.hash }), "does not follow"],
    ["its event is not what its type says", rehashed({ name: "" }), "custom.emitted"],
  ])("when %s, which no torn write does", (_what, text, reason) => {
    expect(verifyLine(text, RUN, headOfNothing())).toMatchObject({ reason: expect.stringContaining(reason), intact: true });
  });

  it("when it comes from a writer that was fenced off", () => {
    const late = sealEntry(factOf(RUN, sample), 1, { ...head, epoch: 2 }).line;
    expect(verifyLine(late, RUN, { ...head, epoch: 2 })).toMatchObject({ reason: expect.stringContaining("epoch 1"), intact: true });
  });

  it("when it is read for another run", () => {
    expect(verifyLine(line, RunId.parse("other"), headOfNothing())).toHaveProperty("reason");
  });
});
