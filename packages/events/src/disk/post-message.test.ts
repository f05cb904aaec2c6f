import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confinedDirectory, type DiskFs, nodeDisk } from "@dad/disk";
import { type DiskCall, type Fault, faultyDisk, type PowerLossDisk, powerLossDisk, type Survival } from "@dad/disk/testing";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Inbox } from "../inbox.ts";
import { InboxStorageError } from "../inbox-errors.ts";
import { answer, OTHER_RUN, pendingIn, RUN } from "../testing/inbox-messages.ts";
import { diskInbox } from "./disk-inbox.ts";
import type { InboxDirectory } from "./inbox-directory.ts";
import { postMessage } from "./post-message.ts";

const base = await mkdtemp(join(tmpdir(), "dad posting "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
beforeEach(() => freshRoot());

async function freshRoot(): Promise<void> {
  root = join(base, String(++count));
  for (const run of [RUN, OTHER_RUN]) await mkdir(join(root, run), { recursive: true });
}

function inboxOn(fs: DiskFs, at = root): InboxDirectory {
  const run = confinedDirectory({ root: join(at, RUN), failure: (...failure) => new InboxStorageError(...failure) });
  return { fs, durability: "strict", root: at, runId: RUN, run };
}

/** Posts on a disk that goes wrong at one call after another, until there is no such call. */
async function* tryEachCall(start: () => Promise<InboxDirectory>, fault: Fault) {
  for (let number = 1; ; number++) {
    const inbox = await start();
    let hit: DiskCall | undefined;
    const fs = faultyDisk(inbox.fs, (call) => (call.number === number ? ((hit = call), fault) : undefined));
    const outcome = await postMessage({ ...inbox, fs }, answer("tried", { id: "tried" })).then(
      () => "posted",
      (error: NodeJS.ErrnoException) => error.code ?? error.name,
    );
    if (hit === undefined) return;
    yield { outcome, inbox };
  }
}

interface Found {
  readonly isPosted: boolean;
  /** What the request gets afterwards: it is posted again, and then another answer. */
  readonly values: readonly unknown[];
  readonly next: string;
}

/** What another process finds. */
async function findIn(inbox: Inbox): Promise<Found> {
  const before = await pendingIn(inbox);
  await inbox.post(answer("tried", { id: "tried" }));
  const next = await inbox.post(answer("next")).then(
    () => "posted",
    (error: NodeJS.ErrnoException) => String(error.code),
  );
  const after = await pendingIn(inbox);
  return { isPosted: before.length > 0, values: [...before, ...after].map((message) => message.kind === "answer" && message.value), next };
}

const SOUND = {
  posted: { isPosted: true, values: ["tried", "tried"], next: "INPUT_ANSWERED" },
  not: { isPosted: false, values: ["tried"], next: "INPUT_ANSWERED" },
};

describe("posting", () => {
  const onDisk = async () => (await freshRoot(), inboxOn(nodeDisk));

  it.each(["before", "during", "after"] as const)("is done or not when the process ends %s any call, and is in nobody's way", async (when) => {
    let calls = 0;
    for await (const { outcome } of tryEachCall(onDisk, { kind: "crash", when })) {
      calls += 1;
      expect(outcome).not.toBe("posted");
      expect([SOUND.posted, SOUND.not]).toContainEqual(await findIn(diskInbox({ root })));
    }
    expect(calls).toBeGreaterThan(6);
  });

  it.each(["ENOSPC", "EIO", "EACCES", "EMFILE"])("fails whole whichever call fails with %s, or is done", async (code) => {
    for await (const { outcome } of tryEachCall(onDisk, { kind: "fail", code })) {
      expect(["posted", "INBOX_STORAGE_FAILED"]).toContain(outcome);
      expect(outcome === "posted" ? [SOUND.posted] : [SOUND.posted, SOUND.not]).toContainEqual(await findIn(diskInbox({ root })));
    }
  });

  it("is done or not when the power fails at any call, and done for certain when it was acknowledged", async () => {
    const survivals: readonly Survival[] = ["nothing", "everything", ...Array.from({ length: 4 }, (_, seed) => ({ seed }))];
    const onPower = async () => {
      const disk = powerLossDisk();
      for (const directory of ["/runs", `/runs/${RUN}`]) {
        await disk.mkdir(directory);
        await sync(disk, directory === "/runs" ? "/" : "/runs");
      }
      return inboxOn(disk, "/runs");
    };
    const leave = async (disk: PowerLossDisk, survival: Survival) => {
      await freshRoot();
      await copyTo(join(root, RUN), disk.afterPowerLoss(survival), `/runs/${RUN}`);
      return diskInbox({ root });
    };
    for await (const { inbox } of tryEachCall(onPower, { kind: "crash", when: "before" })) {
      for (const survival of survivals)
        expect([SOUND.posted, SOUND.not]).toContainEqual(await findIn(await leave(inbox.fs as PowerLossDisk, survival)));
    }
    const acknowledged = await onPower();
    await postMessage(acknowledged, answer("tried", { id: "tried" }));
    for (const survival of survivals) expect(await findIn(await leave(acknowledged.fs as PowerLossDisk, survival))).toEqual(SOUND.posted);
  });

  it("leaves no draft when it is aborted on the way", async () => {
    const controller = new AbortController();
    const fs = faultyDisk(nodeDisk, ({ operation }) => (operation === "write" && controller.abort(new Error("changed my mind")), undefined));
    await expect(postMessage(inboxOn(fs), answer(1), controller.signal)).rejects.toThrow("changed my mind");
    expect(await nodeDisk.readdir(join(root, RUN, ".inbox"), { withFileTypes: true })).toEqual([]);
  });
});

async function sync(disk: DiskFs, path: string): Promise<void> {
  const directory = await disk.open(path, "r");
  await directory.sync();
  await directory.close();
}

/** What a disk in memory holds, on one that is there. */
async function copyTo(target: string, disk: DiskFs, from: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await disk.readdir(from, { withFileTypes: true })) {
    const [there, here] = [`${from}/${entry.name}`, join(target, entry.name)];
    if (entry.isDirectory()) await copyTo(here, disk, there);
    else await writeFile(here, await disk.readFile(there, "utf8"));
  }
}
