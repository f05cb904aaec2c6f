import { execFileSync } from "node:child_process";
import { watch as nodeWatch } from "node:fs";
import { link, lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiskFs, nodeDisk } from "@dad/disk";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Inbox, InboxItem } from "../inbox.ts";
import { inboxContract } from "../testing/inbox-contract.ts";
import { answer, follow, messagesOf, OTHER_RUN, pendingIn, RUN, signal } from "../testing/inbox-messages.ts";
import { diskInbox, type DiskInboxOptions, diskInboxOn, type InboxSystem } from "./disk-inbox.ts";
import type { WatchDirectory } from "./follow-inbox.ts";
import { listingOf, placeOf } from "./inbox-names.ts";

const base = await mkdtemp(join(tmpdir(), "dad inbox "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;

async function freshRoot(runs: readonly string[] = [RUN, OTHER_RUN]): Promise<string> {
  root = join(base, String(++count));
  for (const run of runs) await mkdir(join(root, run), { recursive: true });
  return root;
}

inboxContract("diskInbox", {
  create: async (runs) => diskInbox({ root: await freshRoot(runs) }),
  reopen: () => diskInbox({ root }),
});

inboxContract("diskInbox, relaxed and where nothing can be watched,", {
  create: async (runs) => inboxOn({ watch: noWatch }, { root: await freshRoot(runs), durability: "relaxed" }),
  reopen: () => diskInbox({ root, durability: "relaxed" }),
});

inboxContract("diskInbox on another disk", {
  create: async (runs) => diskInbox({ root: await freshRoot(runs), fs: { ...nodeDisk } }),
  reopen: () => diskInbox({ root, fs: { ...nodeDisk } }),
});

/** Looks often, so that nothing waits for long. */
function inboxOn(system: Partial<InboxSystem>, options: DiskInboxOptions = { root }): Inbox {
  return diskInboxOn({ fs: nodeDisk, watch: nodeWatch, lookEveryMs: 5, ...system }, options);
}

function noWatch(): never {
  throw Object.assign(new Error("ENOSPC: no more watches"), { code: "ENOSPC" });
}

let inbox: Inbox;
beforeEach(async () => {
  inbox = diskInbox({ root: await freshRoot() });
});
const inboxDirectory = () => join(root, RUN, ".inbox");

describe("diskInbox", () => {
  it("makes nothing in a run before something is posted, and no run", async () => {
    await inbox.pending(RUN);
    await inbox.settle(answer(1), "accepted");
    expect(await readdir(join(root, RUN))).toEqual([]);
    await rm(join(root, RUN), { recursive: true });
    await expect(inbox.post(answer(1))).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    expect(await readdir(root)).toEqual([OTHER_RUN]);
  });

  it("leaves nothing but messages and what became of them", async () => {
    const message = answer(1);
    await Promise.allSettled([inbox.post(message), inbox.post(answer(2)), inbox.post(signal(3))]);
    for (const item of await pendingIn(inbox)) await inbox.settle(item, "accepted");
    const names = (await readdir(inboxDirectory())).map((name) => name.replace(/[0-9a-f]{64}/, "<digest>")).sort();
    expect(names).toEqual(["answer-<digest>.0", "answer-<digest>.0.accepted", "signal-<digest>.0", "signal-<digest>.0.accepted"]);
  });

  it("goes by what was accepted when it was rejected as well, however the directory is listed", () => {
    const place = placeOf(answer(1), 0);
    const names = [place, `${place}.accepted`, `${place}.rejected`];
    for (const listed of [names, names.toReversed()]) expect(listingOf(listed).marks.get(place)).toBe("accepted");
  });

  it.each(["the run", "the inbox"])("follows no link in the place of %s", async (what) => {
    const elsewhere = join(base, `elsewhere ${count}`);
    await mkdir(elsewhere);
    const place = what === "the run" ? join(root, RUN) : inboxDirectory();
    await rm(place, { recursive: true, force: true });
    await symlink(elsewhere, place);
    const code = what === "the run" ? "RUN_UNKNOWN" : "INBOX_STORAGE_FAILED";
    await expect(inbox.post(answer(1))).rejects.toMatchObject({ code });
    await expect(inbox.pending(RUN)).rejects.toMatchObject({ code });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("says what is wrong when a file is in the place of the inbox", async () => {
    await writeFile(inboxDirectory(), "");
    await expect(inbox.post(answer(1))).rejects.toMatchObject({ code: "INBOX_STORAGE_FAILED", details: { path: inboxDirectory() } });
  });

  it.each([undefined, { ...nodeDisk }])("removes drafts that nobody finished for an hour, and no younger ones: on disk %#", async (fs) => {
    if (fs) inbox = diskInbox({ root, fs });
    for (const [name, minutes] of [
      [".dad_tmp_old", 61],
      [".dad_tmp_young", 59],
    ] as const) {
      const draft = join(inboxDirectory(), name);
      await mkdir(draft, { recursive: true });
      await writeFile(join(draft, "1.json"), "{");
      const time = new Date(Date.now() - minutes * 60_000);
      await utimes(draft, time, time);
    }
    expect(await inbox.pending(RUN)).toEqual([]);
    await inbox.post(answer(1));
    expect((await readdir(inboxDirectory())).filter((name) => name.startsWith("."))).toEqual([".dad_tmp_young"]);
  });

  it("posts all the same when somebody takes its draft for one that was left", async () => {
    let taken = 0;
    const fs: DiskFs = {
      ...nodeDisk,
      async rename(from, to) {
        if (taken++ === 0) await rm(from, { recursive: true });
        await rename(from, to);
      },
    };
    await inboxOn({ fs }).post(answer(1));
    expect([await pendingIn(inbox), taken]).toMatchObject([[{ value: 1 }], 2]);
  });

  it("gives in order what a listing of the directory had shown in no order", async () => {
    const messages = [signal(1), signal(2), signal(3)];
    for (const message of messages) await inbox.post(message);
    // It was read while they were posted: what was put first was passed already, and the last was not.
    let missed: readonly string[] = [placeOf(messages[0]!, 0), placeOf(messages[1]!, 0)];
    const fs: DiskFs = {
      ...nodeDisk,
      async readdir(path, options) {
        const entries = (await nodeDisk.readdir(path, options)).filter(({ name }) => !missed.includes(name));
        missed = [];
        return entries;
      },
    };
    expect(await pendingIn(inboxOn({ fs }))).toEqual(messages);
  });

  it("leaves what was posted after the last that it saw to the next look", async () => {
    await inbox.post(signal(1));
    const posted = [signal(2), signal(3)];
    let looks = 0;
    const fs: DiskFs = {
      ...nodeDisk,
      async readdir(path, options) {
        if (++looks === 2) for (const message of posted) await inbox.post(message);
        return nodeDisk.readdir(path, options);
      },
    };
    const watched = inboxOn({ fs });
    expect(await pendingIn(watched)).toHaveLength(1);
    expect(await pendingIn(watched)).toHaveLength(3);
  });
});

describe("what is no message", () => {
  const place = () => join(inboxDirectory(), placeOf(answer(0), 0));

  /** Puts a file where a message would be. */
  async function put(content: string | Uint8Array, name = "1.json"): Promise<void> {
    await mkdir(place(), { recursive: true });
    await writeFile(join(place(), name), content);
  }

  const changed = (change: object): string => JSON.stringify({ ...answer(0), ...change });
  const WAYS: Readonly<Record<string, () => Promise<void>>> = {
    "broken JSON": () => put('{"format":"dad.in'),
    "an empty file": () => put(""),
    "what is no UTF-8": () => put(Buffer.from([0xff, 0xfe, 0x7b])),
    "JSON of another form": () => put("[]"),
    "JSON that is nested too deep": () => put("[".repeat(100_000) + "]".repeat(100_000)),
    "what is of another format": () => put(changed({ format: "dad.inbox/2" })),
    "what is for another run": () => put(changed({ runId: OTHER_RUN })),
    "what answers another request": () => put(changed({ request: "agent.other:key" })),
    "more than 1 MiB": () => put(changed({ value: "x".repeat(1_048_576) })),
    "a file of another name": () => put(changed({}), "one.json"),
    "two files": () => put(changed({})).then(() => put(changed({}), "2.json")),
    "a file in the place of the directory": () => mkdir(inboxDirectory()).then(() => writeFile(place(), changed({}))),
    "a link in the place of the directory": () => put(changed({})).then(() => moveAndLink(place())),
    "a link in the place of the file": () => put(changed({})).then(() => moveAndLink(join(place(), "1.json"))),
    "a file that has another name elsewhere": () => put(changed({})).then(() => link(join(place(), "1.json"), join(root, "elsewhere"))),
    "a pipe": () => mkdir(place(), { recursive: true }).then(() => void execFileSync("mkfifo", [join(place(), "1.json")])),
    "a directory in the place of the file": () => mkdir(join(place(), "1.json"), { recursive: true }).then(() => undefined),
  };

  async function moveAndLink(path: string): Promise<void> {
    await rename(path, join(root, "elsewhere"));
    await symlink(join(root, "elsewhere"), path);
  }

  it.each(Object.entries(WAYS))("is given once and set aside, and takes no request: %s", async (_what, make) => {
    await make();
    const [item, ...more] = await inbox.pending(RUN);
    expect([item, more]).toMatchObject([{ unreadable: `.inbox/${placeOf(answer(0), 0)}`, error: { code: "INBOX_MESSAGE_UNREADABLE" } }, []]);
    expect(await inbox.pending(RUN)).toEqual([]);
    const message = answer("after it");
    await inbox.post(message);
    expect(await follow(inbox, 1)).toEqual([message]);
    await expect(inbox.post(answer("second"))).rejects.toMatchObject({ code: "INPUT_ANSWERED" });
  });

  it.each(Object.entries(WAYS))("takes no request before anybody has seen it, either: %s", async (_what, make) => {
    await make();
    const message = answer("after it");
    await inbox.post(message);
    await inbox.settle(message, "accepted");
    expect(await inbox.pending(RUN)).toMatchObject([{ error: { code: "INBOX_MESSAGE_UNREADABLE" } }]);
    expect(await inbox.pending(RUN)).toEqual([]);
  });

  it("is also what has a name that nobody gives, and stays where it is", async () => {
    await inbox.post(signal(1));
    for (const name of ["README", "answer-1.json", "signal-.0", `${placeOf(answer(0), 0)}.settled`]) await mkdir(join(inboxDirectory(), name));
    await symlink("/etc", join(inboxDirectory(), "etc"));
    const given: InboxItem[] = [];
    const controller = new AbortController();
    for await (const item of inbox.follow(RUN, controller)) if (given.push(item) === 6) controller.abort();
    expect(given.filter((item) => "unreadable" in item)).toHaveLength(5);
    expect(messagesOf(await inbox.pending(RUN))).toMatchObject([{ data: 1 }]);
    expect((await lstat(join(inboxDirectory(), "etc"))).isSymbolicLink()).toBe(true);
  });

  it("is given to one of several who look at once", async () => {
    await put("broken");
    const items = await Promise.all(Array.from({ length: 5 }, () => inbox.pending(RUN)));
    expect(items.flat()).toHaveLength(1);
  });

  it("takes nothing by being an empty directory", async () => {
    await mkdir(place(), { recursive: true });
    expect(await inbox.pending(RUN)).toEqual([]);
    await inbox.post(answer("first"));
    expect(await pendingIn(inbox)).toMatchObject([{ value: "first" }]);
  });

  it("is not what could not be read because the disk failed", async () => {
    await inbox.post(answer("whole"));
    const fs: DiskFs = { ...nodeDisk, readdir: () => Promise.reject(Object.assign(new Error("EIO: broken"), { code: "EIO" })) };
    const broken = inboxOn({ fs });
    await expect(broken.pending(RUN)).rejects.toMatchObject({ code: "INBOX_STORAGE_FAILED", details: { operation: "list" } });
    expect(await pendingIn(inbox)).toMatchObject([{ value: "whole" }]);
  });
});

describe("following an inbox on a disk", () => {
  /** Watches as the system does, and counts. */
  function counting() {
    const counted = { opened: 0, closed: 0 };
    const watch: WatchDirectory = (...given) => {
      counted.opened += 1;
      const watching = nodeWatch(...given);
      return Object.assign(Object.create(watching) as typeof watching, { close: () => (counted.closed++, watching.close()) });
    };
    return { counted, watch };
  }

  it("leaves no watch, however it ends", async () => {
    const { counted, watch } = counting();
    const watched = inboxOn({ watch });
    await watched.post(signal(1));
    await follow(watched, 1);
    for await (const _item of watched.follow(RUN, new AbortController())) break;
    const failing = watched.follow(RUN, new AbortController())[Symbol.asyncIterator]();
    await failing.next();
    await rm(join(root, RUN), { recursive: true });
    await expect(failing.next()).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
    expect(counted).toEqual({ opened: 3, closed: 3 });
  });

  it("does not list a directory for ever in which nothing changes, and lists it when something does", async () => {
    let looksSinceListing = 0;
    const fs: DiskFs = {
      ...nodeDisk,
      readdir: (...given) => ((looksSinceListing = 0), nodeDisk.readdir(...given)),
      async lstat(path) {
        if (++looksSinceListing === 20) await inbox.post(signal("much later"));
        return nodeDisk.lstat(path);
      },
    };
    await inbox.post(signal("first"));
    expect(await follow(inboxOn({ fs, watch: noWatch }), 2)).toMatchObject([{ data: "first" }, { data: "much later" }]);
  });
});
