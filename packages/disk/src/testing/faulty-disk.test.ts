import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { DiskFs } from "../disk-fs.ts";
import { nodeDisk } from "../node-disk.ts";
import { DiskCrashedError } from "./disk-crashed-error.ts";
import type { DiskCall, Fault, FaultyDiskOptions } from "./faulty-calls.ts";
import { faultyDisk } from "./faulty-disk.ts";
import { powerLossDisk } from "./power-loss-disk.ts";

const base = await mkdtemp(join(tmpdir(), "dad faulty disk "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let path: string;
beforeEach(() => {
  path = join(base, String(++count));
});

const crash = (when: "before" | "during" | "after"): Fault => ({ kind: "crash", when });
const fail = (code: string): Fault => ({ kind: "fail", code });

/** A disk on which one operation goes wrong, the first time. */
function failing(operation: DiskCall["operation"], fault: Fault, options?: FaultyDiskOptions): DiskFs {
  let left: Fault | undefined = fault;
  return faultyDisk(
    nodeDisk,
    (call) => {
      if (call.operation !== operation) return undefined;
      const now = left;
      left = undefined;
      return now;
    },
    options,
  );
}

async function write(disk: DiskFs, text: string): Promise<void> {
  const file = await disk.open(path, "a");
  try {
    await file.write(Buffer.from(text), 0, text.length);
  } finally {
    await file.close();
  }
}

describe("the calls of a faulty disk", () => {
  async function callsOf(program: (disk: DiskFs) => Promise<unknown>, options?: FaultyDiskOptions): Promise<string[]> {
    const disk = powerLossDisk();
    await disk.writeFile("/there", "text", { flag: "w" });
    const calls: string[] = [];
    const told = faultyDisk(disk, (call) => void calls.push(Object.values(call).join(" ")), options);
    await program(told);
    return calls;
  }

  it("are told with number and path before they are done, for all that changes something", async () => {
    const changes = async (disk: DiskFs) => {
      await disk.mkdir("/a");
      const file = await disk.open("/a/b", "wx");
      await file.write(Buffer.from("text"), 0, 4);
      await file.truncate(1);
      await file.chmod(0o600);
      await file.datasync();
      await file.sync();
      await file.close();
      await disk.link("/a/b", "/a/c");
      await disk.copyFile("/a/b", "/a/d", 0);
      await disk.rename("/a/d", "/e");
      await disk.utimes("/e", 0, 0);
      await disk.unlink("/e");
      await disk.rmdir("/a").catch(() => undefined);
    };
    expect(await callsOf(changes)).toEqual([
      "1 mkdir /a",
      "2 open /a/b",
      "3 write /a/b",
      "4 truncate /a/b",
      "5 chmod /a/b",
      "6 datasync /a/b",
      "7 sync /a/b",
      "8 close /a/b",
      "9 link /a/b /a/c",
      "10 copyFile /a/b /a/d",
      "11 rename /a/d /e",
      "12 utimes /e",
      "13 unlink /e",
      "14 rmdir /a",
    ]);
  });

  it("are three for a file that is written as a whole, as they are for the kernel", async () => {
    expect(await callsOf((disk) => disk.writeFile("/a", "text", { flag: "wx" }))).toEqual(["1 open /a", "2 write /a", "3 close /a"]);
  });

  const reads = async (disk: DiskFs) => {
    await disk.lstat("/");
    await disk.stat("/");
    await disk.realpath("/");
    await disk.readdir("/", { withFileTypes: true });
    await disk.opendir("/");
    await disk.readFile("/there", "utf8");
    const file = await disk.open("/there", "r");
    await file.read(new Uint8Array(1), 0, 1, 0);
    await file.sync();
    await file.close();
  };

  it("are not told for what only looks, but for the sync of a directory", async () => {
    expect(await callsOf(reads)).toEqual(["1 sync /there"]);
  });

  it("are all told when that is asked for", async () => {
    expect((await callsOf(reads, { told: "all" })).map((call) => call.split(" ")[1])).toEqual([
      "lstat",
      "stat",
      "realpath",
      "readdir",
      "opendir",
      "readFile",
      "open",
      "read",
      "sync",
      "close",
    ]);
  });

  it("do on the disk what they do without it", async () => {
    const disk = faultyDisk(nodeDisk, () => undefined);
    await disk.writeFile(path, "text", { flag: "wx" });
    const file = await disk.open(path, "r");
    const buffer = Buffer.alloc(4);
    expect(await file.read(buffer, 0, 4, 0)).toMatchObject({ bytesRead: 4 });
    await file.close();
    expect(buffer.toString()).toBe("text");
    await expect(disk.mkdir(path)).rejects.toMatchObject({ code: "EEXIST" });
  });
});

describe("a call that fails", () => {
  it("fails as one of Node does, and does nothing", async () => {
    const disk = failing("mkdir", fail("EACCES"));
    await expect(disk.mkdir(path)).rejects.toMatchObject({ code: "EACCES", syscall: "mkdir", path, errno: -13 });
    await expect(disk.lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("goes wrong once, and the next one works", async () => {
    const disk = failing("open", fail("EMFILE"));
    await expect(write(disk, "text")).rejects.toMatchObject({ code: "EMFILE" });
    await write(disk, "text");
    expect(await readFile(path, "utf8")).toBe("text");
  });

  it("leaves a part of the bytes where there is no space for them", async () => {
    await expect(write(failing("write", fail("ENOSPC")), "0123456789")).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readFile(path, "utf8")).toBe("01234");
  });

  it("leaves no bytes when it fails for another reason", async () => {
    await expect(write(failing("write", fail("EIO")), "0123456789")).rejects.toMatchObject({ code: "EIO" });
    expect(await readFile(path, "utf8")).toBe("");
  });

  it("closes the file whose closing fails", async () => {
    const disk = failing("close", fail("EIO"));
    const file = await disk.open(path, "wx");
    await expect(file.close()).rejects.toMatchObject({ code: "EIO" });
    await expect(file.write(Buffer.from("a"), 0, 1)).rejects.toMatchObject({ code: "EBADF" });
    await file.close();
  });

  it("is a mistake of the test where no system has the code", async () => {
    await expect(failing("mkdir", fail("ENOSUCH")).mkdir(path)).rejects.toThrow(TypeError);
  });

  it.each(["sync", "datasync"] as const)("makes the next sync a lie when it is a %s", async (operation) => {
    const disk = powerLossDisk();
    let failures = 1;
    const faulty = faultyDisk(disk, (call) => (call.operation === operation && failures-- > 0 ? fail("EIO") : undefined));
    await disk.writeFile("/file", "", { flag: "wx" });
    const safe = disk.afterPowerLoss("everything");
    expect(await safe.readFile("/file", "utf8")).toBe("");
    const file = await faulty.open("/file", "a");
    await file.write(Buffer.from("text"), 0, 4);
    await expect(file[operation]()).rejects.toMatchObject({ code: "EIO" });
    await file[operation]();
    const root = await faulty.open("/", "r");
    await root.sync();
    expect(await disk.afterPowerLoss("nothing").readFile("/file", "utf8")).toBe("");
  });
});

describe("a crash", () => {
  it.each([
    ["before", ""],
    ["during", "01234"],
    ["after", "0123456789"],
  ] as const)("%s a write leaves %j", async (when, left) => {
    await expect(write(failing("write", crash(when)), "0123456789")).rejects.toThrow(DiskCrashedError);
    expect(await readFile(path, "utf8")).toBe(left);
  });

  it.each([
    ["before", "ENOENT"],
    ["during", "01234"],
    ["after", "0123456789"],
  ] as const)("%s a copy leaves %j", async (when, left) => {
    await writeFile(path, "0123456789");
    const copy = `${path} copy`;
    await expect(failing("copyFile", crash(when)).copyFile(path, copy, 0)).rejects.toThrow(DiskCrashedError);
    expect(await readFile(copy, "utf8").catch((error: NodeJS.ErrnoException) => error.code)).toBe(left);
  });

  it.each([
    ["before", [true, false]],
    ["during", [true, false]],
    ["after", [false, true]],
  ] as const)("%s a rename leaves one of the names", async (when, left) => {
    await writeFile(path, "");
    await expect(failing("rename", crash(when)).rename(path, `${path} new`)).rejects.toThrow(DiskCrashedError);
    const there = [path, `${path} new`].map((name) => nodeDisk.lstat(name).then(Boolean, () => false));
    expect(await Promise.all(there)).toEqual(left);
  });

  it("is the end: nothing is done any more, also for a file that was open", async () => {
    const disk = failing("mkdir", crash("before"));
    const file = await disk.open(path, "wx");
    await expect(disk.mkdir(`${path} directory`)).rejects.toThrow(DiskCrashedError);
    await expect(file.write(Buffer.from("text"), 0, 4)).rejects.toThrow(DiskCrashedError);
    await expect(file.close()).rejects.toThrow(DiskCrashedError);
    await expect(disk.unlink(path)).rejects.toThrow(DiskCrashedError);
    await expect(disk.readFile(path, "utf8")).rejects.toThrow(DiskCrashedError);
    expect(await readFile(path, "utf8")).toBe("");
  });

  it("tells nobody the result of what was under way", async () => {
    const disk = failing("rmdir", crash("before"));
    const underWay = [disk.mkdir(path), disk.open(`${path} file`, "wx"), disk.rmdir(path)];
    const results = await Promise.allSettled(underWay);
    expect(results.map((result) => result.status === "rejected" && result.reason instanceof DiskCrashedError)).toEqual([true, true, true]);
  });

  it("closes what the program left open", async () => {
    const closed: string[] = [];
    const disk = faultyDisk(
      {
        ...nodeDisk,
        async open(...how) {
          const file = await nodeDisk.open(...how);
          const { close } = file;
          return Object.assign(file, { close: () => (closed.push(how[0]), close.call(file)) });
        },
      },
      ({ operation }) => (operation === "mkdir" ? crash("before") : undefined),
    );
    await disk.open(path, "wx");
    const late = disk.open(`${path} late`, "wx");
    await expect(disk.mkdir("/")).rejects.toThrow(DiskCrashedError);
    await expect(late).rejects.toThrow(DiskCrashedError);
    expect(closed).toEqual([path, `${path} late`]);
  });

  it("does what the test wants it to, once", async () => {
    const ends: string[] = [];
    const crashing = () => {
      ends.push("crash");
      return Promise.reject(new Error("the power is off"));
    };
    const disk = failing("mkdir", crash("after"), { crash: crashing });
    await expect(disk.mkdir(path)).rejects.toThrow("the power is off");
    await expect(disk.rmdir(path)).rejects.toThrow("the power is off");
    expect(ends).toEqual(["crash"]);
    expect((await nodeDisk.lstat(path)).isDirectory()).toBe(true);
  });
});
