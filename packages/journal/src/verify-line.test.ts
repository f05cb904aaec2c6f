import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { expect, it } from "vitest";
import { digestOfBytes, type EventDraft, type Json, NodePath } from "@dad/protocol";
import { closeVerdict, factOf, type Head, headOfNothing, sealEntry, type Verdict, verifyLine } from "./entry.ts";
import { RUN } from "./testing/drafts.ts";

const path = NodePath.parse("agent.node");
const artifact = { name: "x", path: "agent/node/x.json", mediaType: "application/json", digest: digestOfBytes("x"), size: 1, data: "eA==" };
const error = { code: "BROKEN", message: "it broke", retryable: false, causes: [{ code: "WHY", message: "so", retryable: true }] };
const DRAFTS = [
  { type: "custom.emitted", name: "x", data: { "": [1, null, 'ä\u2028\u0000\\"'] } },
  { type: "node.started", path, attempt: 1, nodeType: "command", effect: "pure" },
  { type: "node.completed", path, attempt: 1, decision: "executed", durationMs: 0.5, artifacts: [artifact, artifact] },
  { type: "node.failed", path, attempt: 2, durationMs: 3, artifacts: [], error },
  { type: "component.started", path, kind: "flow", definition: digestOfBytes("") },
] as readonly EventDraft[];

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const before: Head = { ...headOfNothing(), epoch: 1 };
const seal = (draft: EventDraft, after = before, epoch = 1) => sealEntry(factOf(RUN, draft), epoch, after).line;
const HASH = /"hash":"sha256:[0-9a-f]{64}",/;

/** A line with the hash of its text, whatever that is. */
function withItsHash(line: string): string {
  const content = line.replace(HASH, "");
  return content.replace("{", `{"hash":"${digestOfBytes(content)}",`);
}

type Change = (line: string) => string;

function atSomePlace(change: (line: string, index: number) => string): fc.Arbitrary<Change> {
  return fc.nat().map((place) => (line) => change(line, place % (line.length + 1)));
}

function ofMembers(change: (members: Array<[string, Json]>) => Array<[string, Json]>): Change {
  return (line) => {
    const members = change(Object.entries(JSON.parse(line) as object));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join(",")}}`;
  };
}

const key = fc.oneof(
  fc.constantFrom(
    "type",
    "path",
    "data",
    "artifacts",
    "seq",
    "epoch",
    "mono",
    "time",
    "prev",
    "runId",
    "attempt",
    "error",
    "__proto__",
    "constructor",
  ),
  fc.string(),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  json,
  fc.constantFrom<Json>(1, 2, -1, 0.5, "", [], {}, null, "node.started", "other", [artifact], { __proto__: 1 }),
);

const nothing = fc.constant<Change>((line) => line);

/** What may happen to the members of an entry. */
const otherwise: fc.Arbitrary<Change> = fc.oneof(
  nothing,
  fc
    .nat()
    .map((seed) =>
      ofMembers((members) => members.toSorted(([left], [right]) => (digestOfBytes(left + seed) < digestOfBytes(right + seed) ? -1 : 1))),
    ),
  key.map((name) => ofMembers((members) => members.filter(([known]) => known !== name))),
  fc.tuple(key, value).map((member) => ofMembers((members) => [...members.filter(([known]) => known !== member[0]), member])),
);

/** What may happen to a line. */
const damage: fc.Arbitrary<Change> = fc.oneof(
  nothing,
  atSomePlace((line, index) => line.slice(0, index)),
  fc
    .tuple(fc.string({ maxLength: 2, unit: "binary" }), fc.nat(2))
    .chain(([text, gone]) => atSomePlace((line, index) => line.slice(0, index) + text + line.slice(index + gone))),
  fc.constantFrom<Change>(
    (line) => line.replaceAll(",", " ,\t"),
    (line) => line.replaceAll("e", "\\u0065"),
    (line) => `\uFEFF${line}`,
    (line) => `{${line.slice(1, -1)},${line.slice(1)}`,
    (line) => line.replace(HASH, (member) => member + member),
    (line) => line.replace(HASH, (member) => member.toUpperCase()),
    (line) => `${line.replace(HASH, "").slice(0, -1)},${HASH.exec(line)?.[0].slice(0, -1)}}`,
    (line) => `[${line}]`,
    (line) => line.replace("agent.node", "agent..node"),
    (line) => line.replace('"type":"', '"type":"not.known.'),
  ),
);

/** The longer way alone, which says of every line what is wrong with it. */
function closely(line: Buffer | string): Verdict {
  try {
    return closeVerdict(line, JSON.parse(line.toString()), { runId: RUN, before });
  } catch {
    return { reason: "it is not a journal entry", intact: false };
  }
}

function told(verdict: Verdict): unknown {
  if ("reason" in verdict) return { reason: verdict.reason, intact: verdict.intact };
  const { seq, hash, epoch } = verdict.head;
  return { event: verdict.event, head: { seq, hash, epoch } };
}

it("says of a line what is to be said of it, in whatever way it is read", () => {
  // Those that are met often are read in another way.
  for (const draft of DRAFTS) for (let times = 0; times < 200; times++) expect(verifyLine(seal(draft), RUN, before)).toHaveProperty("event");
  let verified = 0;
  fc.assert(
    fc.property(fc.constantFrom(...DRAFTS), fc.tuple(otherwise, damage), fc.boolean(), (draft, [change, harm], isHashed) => {
      const changed = harm(change(seal(draft))).toWellFormed();
      const line = isHashed ? withItsHash(changed) : changed;
      const verdict = told(closely(line));
      // Not `toStrictEqual`, which finds no two alike that have a member called `constructor`.
      deepStrictEqual(told(verifyLine(line, RUN, before)), verdict);
      deepStrictEqual(told(verifyLine(Buffer.from(line), RUN, before)), verdict);
      if (Object.hasOwn(verdict as object, "event")) verified++;
    }),
    { numRuns: 3000 },
  );
  expect(verified).toBeGreaterThan(300);
});

it.each(DRAFTS)("keeps $type to its place, in whatever way it is read", (draft) => {
  for (let times = 0; times < 200; times++) verifyLine(seal(draft), RUN, before);
  const misplaced = [
    seal(draft, { ...before, seq: 1 }),
    seal(draft, { ...before, hash: digestOfBytes("another") }),
    withItsHash(seal(draft).replace(RUN, "other")),
    seal(draft, before, 0),
    withItsHash(seal(draft).replace('"epoch":1', '"epoch":1.5')),
  ];
  for (const line of misplaced) expect(told(verifyLine(line, RUN, before))).toStrictEqual(told(closely(line)));
  expect(misplaced.map((line) => "reason" in verifyLine(line, RUN, before))).toEqual(misplaced.map(() => true));
});

it("refuses bytes that are no text, in whatever way they are read", () => {
  const draft = { type: "custom.emitted", name: "x", data: "ä" } as const;
  for (let times = 0; times < 200; times++) verifyLine(Buffer.from(seal(draft)), RUN, before);
  const line = Buffer.from(seal(draft));
  line[line.indexOf("ä")] = 0xff;
  expect(verifyLine(line, RUN, before)).toMatchObject({ reason: "it is not a journal entry", intact: false });
});
