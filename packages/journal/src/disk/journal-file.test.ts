import { expect, it } from "vitest";
import type { DiskFile } from "@dad/disk";
import { factOf, headOfNothing, sealEntry } from "../entry.ts";
import { all, numbered, RUN, upTo } from "../testing/drafts.ts";
import { beginning, entriesOf, type Place } from "./journal-file.ts";

const COUNT = 3000;
const lines: Buffer[] = [];
let head = headOfNothing();
for (const number of upTo(COUNT)) {
  const entry = sealEntry(factOf(RUN, numbered(number)), 1, head);
  ({ head } = entry);
  lines.push(Buffer.from(`${entry.line}\n`));
}

function fileOf(bytes: Buffer): DiskFile {
  const read = async (...[target, at, length, from]: [Buffer, number, number, number]) => {
    const bytesRead = bytes.copy(target, at, from, from + length);
    return { bytesRead, buffer: target };
  };
  return { read } as unknown as DiskFile;
}

const journal = (bytes: Buffer) => ({ file: fileOf(bytes), path: "x", runId: RUN });

it("gives every entry once, in order, and where the last of those that it gives together ends", async () => {
  let next = 1;
  for await (const { events, head: last, end } of entriesOf(journal(Buffer.concat(lines)))) {
    expect(events.map(({ seq }) => seq)).toEqual(upTo(events.length).map((number) => next + number - 1));
    next += events.length;
    expect({ end, ...last }).toMatchObject({ end: Buffer.concat(lines.slice(0, next - 1)).byteLength, seq: next - 1, hash: events.at(-1)?.hash });
  }
  expect(next).toBe(COUNT + 1);
});

it("gives one entry first, for who needs no more", async () => {
  for await (const { events } of entriesOf(journal(Buffer.concat(lines)))) return expect(events).toHaveLength(1);
});

it("goes on behind any place", async () => {
  const places: Place[] = [beginning()];
  for await (const { head: last, end } of entriesOf(journal(Buffer.concat(lines)))) places.push({ head: last, end });
  for (const place of places) {
    const found = await all(entriesOf(journal(Buffer.concat(lines)), place));
    expect(found.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual(upTo(COUNT).slice(place.head.seq));
  }
});

it.each([1, 2, 3, 4, 250, 511, 512, 513, 2048, COUNT - 1])("gives all that is before damage in line %i, and says so", async (damaged) => {
  const bytes = Buffer.concat(lines.with(damaged - 1, Buffer.from(lines[damaged - 1]!.toString().replace('"number"', '"member"'))));
  let given = 0;
  const reading = (async () => {
    for await (const { events } of entriesOf(journal(bytes))) given += events.length;
  })();
  await expect(reading).rejects.toMatchObject({ code: "JOURNAL_DAMAGED", details: { line: damaged } });
  expect(given).toBe(damaged - 1);
});
