import { expect, it } from "vitest";
import type { RecordedEvent } from "@dad/protocol";
import type { JournalStore, ReadOptions } from "../journal-store.ts";
import { numbered, recorded, RUN, upTo } from "./drafts.ts";
import type { JournalFixture } from "./subject.ts";

/** The first events that a follower is told, up to a number of them. */
async function followed(store: JournalStore, count: number, options: ReadOptions = {}): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.read(RUN, { ...options, follow: true })) if (events.push(event) === count) break;
  return events;
}

/** What following a live journal promises. */
export function followTests({ store }: JournalFixture): void {
  it.each([1, 2, 30, 60])("tells what is there and what comes, from sequence number %i on, without a gap and without a repetition", async (from) => {
    await using journal = await store().create(RUN);
    for (const number of upTo(20)) await journal.append(numbered(number));
    const followers = upTo(3).map(() => followed(store(), 61 - from, { from }));
    for (const number of upTo(40)) await journal.append(numbered(number));
    const events = await recorded(store(), RUN, { from });
    for (const told of await Promise.all(followers)) expect(told).toEqual(events);
  });

  it("goes on with what the next writer appends", async () => {
    const first = await store().create(RUN);
    await first.append(numbered(1));
    const follower = followed(store(), 4);
    await first[Symbol.asyncDispose]();
    await using second = await store().open(RUN);
    for (const number of upTo(3)) await second.append(numbered(number));
    expect((await follower).map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
  });

  it("goes on with what is appended by a writer that took the run over", async () => {
    await using first = await store().create(RUN);
    await first.append(numbered(1));
    const follower = followed(store(), 2);
    await using second = await store().open(RUN, { takeOver: true });
    await second.append(numbered(2));
    expect((await follower).map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("ends when the signal is aborted, also while nothing happens", async () => {
    await using journal = await store().create(RUN);
    await journal.append(numbered(1));
    const controller = new AbortController();
    const told: number[] = [];
    const follow = async () => {
      for await (const { seq } of store().read(RUN, { follow: true, signal: controller.signal })) {
        told.push(seq);
        setImmediate(() => controller.abort());
      }
    };
    await expect(follow()).rejects.toMatchObject({ name: "AbortError" });
    expect(told).toEqual([1]);
  });

  it("is refused for a run that is not there", async () => {
    await expect(followed(store(), 1)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });
}
