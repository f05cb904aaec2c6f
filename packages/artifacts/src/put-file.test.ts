import { execFile } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { link, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOfBytes } from "@dad/protocol";
import type { ArtifactStore } from "./artifact-store.ts";
import { chunksOf } from "./body.ts";
import type { ArtifactFileError } from "./errors.ts";
import { memoryArtifactStore } from "./memory.ts";
import { putFile } from "./put-file.ts";
import { readBytes, readText } from "./read.ts";
import { all, largeBody } from "./testing/bodies.ts";

let directory: string;
let store: ArtifactStore;
const at = (name: string) => join(directory, name);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dad-put-file-"));
  store = memoryArtifactStore();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const refused = (path: string, reason: RegExp) => ({ code: "ARTIFACT_FILE_REFUSED", message: expect.stringMatching(reason), details: { path } });

it("stores what is in a file", async () => {
  await writeFile(at("small"), "content");
  const content = await putFile(store, at("small"), { mediaType: "text/plain" });
  expect(content).toEqual({ mediaType: "text/plain", digest: digestOfBytes("content"), size: 7 });
  await writeFile(at("large"), largeBody(3 * 1024 * 1024 + 1));
  expect(await readBytes(store, await putFile(store, at("large")))).toEqual(new Uint8Array(await readFile(at("large"))));
  await writeFile(at("empty"), "");
  expect(await putFile(store, at("empty"))).toMatchObject({ size: 0 });
});

it("stores a file that has several names", async () => {
  await writeFile(at("one"), "content");
  await link(at("one"), at("two"));
  expect(await readText(store, await putFile(store, at("two")))).toBe("content");
});

describe("what is not a file", () => {
  const makers: ReadonlyArray<readonly [string, RegExp, (path: string) => Promise<unknown>]> = [
    ["a directory", /it is a directory/, (path) => mkdir(path)],
    ["a link to a file", /it is a link/, (path) => writeFile(at("file"), "secret").then(() => symlink("file", path))],
    ["a link to nothing", /it is a link/, (path) => symlink("nowhere", path)],
    ["a link to itself", /it is a link/, (path) => symlink(path, path)],
    ["a pipe that nobody writes into", /it is a pipe/, (path) => promisify(execFile)("mkfifo", [path])],
    ["nothing", /ENOENT/, async () => undefined],
  ];
  it.each(makers)("is refused: %s", async (_what, reason, make) => {
    await make(at("it"));
    await expect(putFile(store, at("it"))).rejects.toMatchObject(refused(at("it"), reason));
    expect(await all(store.list())).toEqual([]);
  });

  it("is refused: a socket", async () => {
    const server = createServer().listen(at("socket"));
    await once(server, "listening");
    await expect(putFile(store, at("socket"))).rejects.toMatchObject(refused(at("socket"), /it is a socket/));
    server.close();
  });

  it("is refused: a device", async () => {
    await expect(putFile(store, "/dev/zero")).rejects.toMatchObject(refused("/dev/zero", /it is a device/));
  });
});

it("refuses a file that is larger than it may be, before it reads it", async () => {
  await writeFile(at("sparse"), "");
  await truncate(at("sparse"), 1024 ** 4);
  await expect(putFile(store, at("sparse"), { limitBytes: 1024 ** 3 })).rejects.toMatchObject(refused(at("sparse"), /1099511627776 bytes/));
});

describe("a file that changes while it is read", () => {
  const SIZE = 3 * 1024 * 1024;
  const overwrite = (path: string) => {
    const file = openSync(path, "r+");
    writeSync(file, "other", 0);
    closeSync(file);
  };
  const changes: ReadonlyArray<readonly [string, (path: string) => void]> = [
    ["grows", (path) => appendFileSync(path, "more")],
    ["is cut", (path) => truncateSync(path, 10)],
    ["gets other bytes", overwrite],
    [
      "gets other bytes and its old time",
      (path) => {
        const { atime, mtime } = statSync(path);
        overwrite(path);
        utimesSync(path, atime, mtime);
      },
    ],
  ];
  it.each(changes)("is noticed when it %s, and nothing of it is stored", async (_what, change) => {
    await writeFile(at("file"), largeBody(SIZE));
    const changing: Pick<ArtifactStore, "put"> = {
      async put(body, options) {
        let changed = false;
        async function* changingBody(): AsyncGenerator<Uint8Array, void> {
          for await (const piece of chunksOf(body)) {
            yield piece;
            if (!changed) change(at("file"));
            changed = true;
          }
        }
        return store.put(changingBody(), options);
      },
    };
    await expect(putFile(changing, at("file"))).rejects.toMatchObject(refused(at("file"), /changed while it was read/));
    expect(await all(store.list())).toEqual([]);
  });
});

it("stores the file that was opened when another one gets its name meanwhile", async () => {
  await writeFile(at("file"), "this one");
  linkSync(at("file"), at("kept"));
  const { ino } = statSync(at("file"));
  const replacing: Pick<ArtifactStore, "put"> = {
    put(body, options) {
      writeFileSync(at("other"), "not this one");
      renameSync(at("other"), at("file"));
      return store.put(body, options);
    },
  };
  // That it lost a name is a change of the file, too.
  await expect(putFile(replacing, at("file"))).rejects.toMatchObject(refused(at("file"), /changed while it was read/));
  expect(statSync(at("kept")).ino).toBe(ino);
  expect(await all(store.list())).toEqual([]);
});

it("never stores what a link leads to, or a pipe, that takes the place of a file again and again", async () => {
  await writeFile(at("secret"), "secret");
  await writeFile(at("mine"), "mine");
  await promisify(execFile)("mkfifo", [at("pipe")]);
  const [mine, pipe] = ["mine", "pipe"].map((name) => () => linkSync(at(name), at("next")));
  const next = [() => symlinkSync("secret", at("next")), mine, pipe, mine];
  let time = 0;
  const swap = () => {
    rmSync(at("next"), { force: true });
    next[time++ % next.length]!();
    renameSync(at("next"), at("file"));
  };
  swap();
  const outcomes = new Set<unknown>();
  for (let tries = 0; tries < 1000; tries++) {
    const put = putFile(store, at("file")).then(({ digest }) => digest);
    // While it is looked at, and before this process hears of it.
    for (let times = 0; times < 1 + (tries % 7); times++) swap();
    outcomes.add(await put.catch((error: ArtifactFileError) => error.code));
  }
  expect([...outcomes].filter((outcome) => outcome !== digestOfBytes("mine"))).toEqual(["ARTIFACT_FILE_REFUSED"]);
});
