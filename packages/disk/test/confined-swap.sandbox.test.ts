import { mkdir, mkdtemp, open, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { confinedDirectory, ForeignFileRefusal } from "@dad/disk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Program, start } from "./processes.ts";

const READS = 10_000;
const CHANGES = 1_000;

let base: string;
let root: string;
let outside: string;
let swapper: Program | undefined;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "dad swap ")));
  [root, outside] = [join(base, "root"), join(base, "outside")];
  await mkdir(join(root, "sub"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, "sub", "file"), "inside");
  await writeFile(join(outside, "file"), "SECRET");
});
afterEach(async () => {
  await swapper?.kill();
  await rm(base, { recursive: true, force: true });
});

async function swapping(what: "file" | "directory"): Promise<void> {
  swapper = start("swap-for-ever.ts", root, outside, what);
  expect(await swapper.line()).toBe("ready");
}

const files = () => confinedDirectory({ root, failure: (operation, path, cause) => new Error(`cannot ${operation} ${path}`, { cause }) });

/** What an operation that was in time for a swap may fail with: it was refused, or the place was empty at that moment. */
function isOfSwap(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isRefused(error) || (cause instanceof Error && "code" in cause && cause.code === "ENOENT");
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof ForeignFileRefusal;
}

/** What everybody would write: the place is looked at, and then it is opened. */
async function naively(path: string): Promise<string | undefined> {
  const place = await realpath(join(root, path)).catch(() => undefined);
  if (!place?.startsWith(root + sep)) return undefined;
  const file = await open(join(root, path)).catch(() => undefined);
  if (!file) return undefined;
  await using opened = file;
  return await opened.readFile("utf8");
}

describe.runIf(process.platform === "linux")("while another process puts links in the place of what is there", () => {
  it.each(["directory", "file"] as const)("no read of 10,000 gives what is outside, when it is the %s", { timeout: 300_000 }, async (what) => {
    await swapping(what);
    // The control: who only looks first is led outside.
    let leaked: string | undefined;
    while (leaked !== "SECRET") leaked = await naively("sub/file");

    const confined = files();
    const seen = new Set<string>();
    for (let count = 0; count < READS; count++) {
      const found = await confined.read("sub/file", { limitBytes: 100 }).then(
        (file) => (file ? Buffer.from(file.content).toString() : "nothing"),
        (error: unknown) => (isRefused(error) ? "refused" : isOfSwap(error) ? "nothing" : String(error)),
      );
      seen.add(found);
    }
    // Both were met: what is inside, and a link.
    expect([...seen].filter((found) => found !== "nothing").toSorted()).toEqual(["inside", "refused"]);
  });

  it.each(["directory", "file"] as const)("nothing of many files gives what is outside, when it is the %s", { timeout: 300_000 }, async (what) => {
    await writeFile(join(root, "sub", "other"), "inside");
    await swapping(what);
    const seen = new Set<string>();
    for (let count = 0; count < READS; count++) {
      for await (const { stats, content } of files().readAll(["sub/file", "sub/other"], { limitBytes: 100 }))
        seen.add(content ? Buffer.from(content).toString() : String(stats?.kind));
    }
    // Behind a link there is nothing.
    expect([...seen].toSorted()).toEqual(what === "file" ? ["inside", "link"] : ["inside", "undefined"]);
  });

  it("nothing outside is listed, changed or removed", { timeout: 300_000 }, async () => {
    await writeFile(join(outside, "only outside"), "SECRET");
    await swapping("directory");
    const confined = files();
    const names = new Set<string>();
    const limits = { entries: 1000, bytes: 10_000, depth: 10 };
    const content = new TextEncoder().encode("written");
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => confined.write("sub/new", content),
      () => confined.write("sub/file", content),
      async () => (await confined.list("sub"))?.forEach(({ name }) => names.add(name)),
      async () => {
        for await (const { path } of confined.walk({ limits })) names.add(path);
      },
      () => confined.writeLink("sub/new", content),
      () => confined.removeFile("sub/new"),
      () => confined.removeEmpty("sub"),
      () => confined.remove("sub/file"),
      () => confined.remove("sub/new"),
    ];
    let done = 0;
    for (let count = 0; count < CHANGES; count++) {
      for (const attempt of attempts) {
        await attempt().then(
          () => (done += 1),
          (error: unknown) => expect(error).toSatisfy(isOfSwap),
        );
      }
    }
    expect(done).toBeGreaterThan(CHANGES);
    expect([...names].filter((name) => name.includes("only outside"))).toEqual([]);
    expect((await readdir(outside)).toSorted()).toEqual(["file", "only outside"]);
    expect(await readFile(join(outside, "file"), "utf8")).toBe("SECRET");
  });
});
