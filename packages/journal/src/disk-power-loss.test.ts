import { memoryLocks } from "@dad/disk";
import { type PowerLossDisk, powerLossDisk } from "@dad/disk/testing";
import { expect, it } from "vitest";
import { diskJournalStore } from "./disk.ts";
import { numbered, recorded, RUN, upTo } from "./testing/drafts.ts";

// Each store has locks of its own: whoever held one is gone with the power.
const storeOn = (fs: PowerLossDisk) => diskJournalStore({ root: "/runs", fs, locks: memoryLocks() });

it("has after a power loss all that was acknowledged, in a prefix that goes on, whatever else the disk had kept", async () => {
  const disk = powerLossDisk();
  const journal = await storeOn(disk).create(RUN);
  const states: Array<{ readonly acknowledged: number; readonly disk: PowerLossDisk }> = [];
  let acknowledged = 0;
  for (const round of upTo(12)) {
    for (const number of upTo(round % 4)) void journal.append(numbered(number), { wait: "ordered" });
    // Long enough for those that nobody waits for to be on their way by themselves.
    if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 8));
    states.push(...upTo(10).map((seed) => ({ acknowledged, disk: disk.afterPowerLoss({ seed: seed * 100 + round }) })));
    acknowledged = (await journal.append(numbered(round))).seq;
    states.push({ acknowledged, disk: disk.afterPowerLoss("nothing") });
  }
  for (const state of states) {
    const store = storeOn(state.disk);
    const seen = (await recorded(store)).map(({ seq }) => seq);
    expect(seen).toEqual(upTo(seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(state.acknowledged);
    await using next = await store.open(RUN);
    await next.append(numbered(0));
    const after = (await recorded(store)).map(({ seq }) => seq);
    expect(after).toEqual(upTo(after.length));
  }
});

it("is not there, or is a run in which nothing happened, when the power is lost before its first entry", async () => {
  const disk = powerLossDisk();
  await storeOn(disk).create(RUN);
  for (const survival of ["nothing", "everything", ...upTo(20).map((seed) => ({ seed }))] as const) {
    expect(await recorded(storeOn(disk.afterPowerLoss(survival)))).toEqual([]);
  }
});
