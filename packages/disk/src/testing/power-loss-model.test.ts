import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { DiskFile, DiskFs } from "../disk-fs.ts";
import { diskOperations } from "../disk-operations.ts";
import { nodeDisk } from "../node-disk.ts";
import { powerLossDisk } from "./power-loss-disk.ts";

const base = await mkdtemp(join(tmpdir(), "dad disk model "));
afterAll(() => rm(base, { recursive: true, force: true }));
const { makeDirectory } = diskOperations((_operation, _path, cause) => cause as Error);

/** One thing that a program does, or tries to do. */
interface Operation {
  readonly name: keyof typeof OPERATIONS;
  readonly from: string;
  readonly to: string;
  readonly flags: string;
  readonly text: string;
  readonly number: number;
}

/** A program that works below a directory of a disk. It has at most one file open. */
interface Program {
  readonly disk: DiskFs;
  readonly root: string;
  file?: DiskFile | undefined;
}

const OPERATIONS = {
  mkdir: ({ disk }, { from }) => disk.mkdir(from).then(nothing),
  rmdir: ({ disk }, { from }) => disk.rmdir(from),
  link: ({ disk }, { from, to }) => disk.link(from, to),
  rename: ({ disk }, { from, to }) => disk.rename(from, to),
  unlink: ({ disk }, { from }) => disk.unlink(from),
  copyFile: ({ disk }, { from, to, number }) => disk.copyFile(from, to, number % 4),
  utimes: ({ disk }, { from, number }) => disk.utimes(from, number, number),
  look: async ({ disk }, { from }) => kind(await disk.lstat(from)),
  stat: async ({ disk }, { from }) => (await disk.stat(from)).isDirectory(),
  realpath: async ({ disk, root }, { from }) => relative(root, await disk.realpath(from)),
  readFile: ({ disk }, { from }) => disk.readFile(from, "utf8"),
  writeFile: ({ disk }, { from, text, flags }) => disk.writeFile(from, text, { flag: flags }),
  readdir: async ({ disk }, { from }) => (await disk.readdir(from, { withFileTypes: true })).map(listed).sort(),
  async opendir({ disk }, { from }) {
    const found = [];
    for await (const entry of await disk.opendir(from)) found.push(listed(entry));
    return found.sort();
  },
  async open(program, { from, flags }) {
    await program.file?.close();
    delete program.file;
    program.file = await program.disk.open(from, flags, 0o700);
  },
  read: async ({ file }, { number }) => {
    const buffer = Buffer.alloc(8);
    return [await file?.read(buffer, 1, 6, number).then(({ bytesRead }) => bytesRead), buffer.toString()];
  },
  write: async ({ file }, { text }) => (await file?.write(Buffer.from(text), 0, text.length))?.bytesWritten,
  truncate: async ({ file }, { number }) => file?.truncate(number),
  chmod: async ({ file }, { number }) => file?.chmod(0o600 + (number % 2) * 0o100),
  sync: async ({ file }) => file?.sync(),
  datasync: async ({ file }) => file?.datasync(),
  close: async ({ file }) => file?.close(),
} satisfies Record<string, (program: Program, operation: Operation) => Promise<unknown>>;

const NAMES = ["a", "b", "a/a", "a/b", "b/a", "a/a/b", "a/a/b/a"];
const OPEN_FLAGS = ["r", "r+", "w", "w+", "wx", "wx+", "a", "a+", "ax", "ax+"];

const operation: fc.Arbitrary<Operation> = fc.record({
  name: fc.constantFrom(...(Object.keys(OPERATIONS) as Array<keyof typeof OPERATIONS>)),
  from: fc.constantFrom(...NAMES),
  to: fc.constantFrom(...NAMES),
  flags: fc.constantFrom(...OPEN_FLAGS),
  text: fc.string({ unit: fc.constantFrom("x", "y", "z"), maxLength: 8 }),
  number: fc.nat(10),
});
const program = fc.array(operation, { maxLength: 60, size: "max" });

/** What a program is told. */
async function perform(program: Program, operation: Operation): Promise<unknown> {
  const { name, flags, from, to } = operation;
  // A file that is only read cannot be written as a whole.
  if (name === "writeFile" && flags === "r") return undefined;
  try {
    const placed = { ...operation, from: join(program.root, from), to: join(program.root, to) };
    return await OPERATIONS[name](program, placed);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? error;
  }
}

async function run(program: Program, operations: readonly Operation[]): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const operation of operations) told.push([operation.name, await perform(program, operation)]);
  await program.file?.close();
  delete program.file;
  return told;
}

/** All that is below a directory, by path: of a file its content, what its owner may do, and the first of its names. */
async function treeOf(disk: DiskFs, root: string): Promise<Record<string, unknown>> {
  const files = new Map<number, string>();
  const tree: Record<string, unknown> = {};
  const walk = async (directory: string): Promise<void> => {
    const entries = await disk.readdir(directory, { withFileTypes: true });
    for (const name of entries.map(({ name }) => name).sort()) {
      const path = join(directory, name);
      const place = relative(root, path);
      const entry = await disk.lstat(path);
      if (entry.isFile() && !files.has(entry.ino)) files.set(entry.ino, place);
      tree[place] = entry.isFile() ? [files.get(entry.ino), await disk.readFile(path, "utf8"), entry.size, (entry.mode ?? 0) & 0o700] : "directory";
      if (entry.isDirectory()) await walk(path);
    }
  };
  await walk(root);
  return tree;
}

/** Makes all that is below a directory durable, and its own name. */
async function syncAll(disk: DiskFs, root: string): Promise<void> {
  for (const place of ["..", ".", ...Object.keys(await treeOf(disk, root))]) {
    const file = await disk.open(join(root, place), "r");
    await file.sync();
    await file.close();
  }
}

function listed(entry: { readonly name: string; isFile(): boolean }): string {
  return `${entry.name} ${entry.isFile()}`;
}

function kind(entry: { readonly size: number; isFile(): boolean; isDirectory(): boolean }): unknown {
  return entry.isFile() ? entry.size : entry.isDirectory();
}

function nothing(): void {}

let count = 0;
async function directory(disk: DiskFs): Promise<string> {
  const root = join(base, String(++count));
  await makeDirectory(disk, root, { durable: true });
  return root;
}

it("is to a program what the disk of this machine is", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(program, async (operations) => {
      const model = powerLossDisk();
      const real = { disk: nodeDisk, root: await directory(nodeDisk) };
      const modelled = { disk: model, root: await directory(model) };
      expect(await run(modelled, operations)).toEqual(await run(real, operations));
      expect(await treeOf(model, modelled.root)).toEqual(await treeOf(nodeDisk, real.root));
    }),
    { numRuns: 100 },
  );
});

it("keeps what was synced, whatever happened before it and elsewhere after it", async () => {
  await fc.assert(
    fc.asyncProperty(program, program, fc.nat(), async (before, after, seed) => {
      const disk = powerLossDisk();
      const [kept, other] = [await directory(disk), await directory(disk)];
      await run({ disk, root: kept }, before);
      const tree = await treeOf(disk, kept);
      await syncAll(disk, kept);
      await run({ disk, root: other }, after);
      expect(await treeOf(disk.afterPowerLoss({ seed }), kept)).toEqual(tree);
    }),
  );
});

it("is as it was synced when nothing else survives, and as it is when everything does", async () => {
  await fc.assert(
    fc.asyncProperty(program, program, async (before, after) => {
      const disk = powerLossDisk();
      const root = await directory(disk);
      await run({ disk, root }, before);
      const synced = await treeOf(disk, root);
      await syncAll(disk, root);
      await run(
        { disk, root },
        after.filter(({ name }) => !name.endsWith("sync")),
      );
      expect(await treeOf(disk.afterPowerLoss("everything"), root)).toEqual(await treeOf(disk, root));
      expect(await treeOf(disk.afterPowerLoss("nothing"), root)).toEqual(synced);
    }),
  );
});

it("loses nothing more when the power fails again", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), async (operations, seed) => {
      const disk = powerLossDisk();
      const root = await directory(disk);
      await run({ disk, root }, operations);
      const once = disk.afterPowerLoss({ seed });
      expect(await treeOf(once.afterPowerLoss("nothing"), root)).toEqual(await treeOf(once, root));
      expect(await treeOf(disk.afterPowerLoss({ seed }), root)).toEqual(await treeOf(once, root));
    }),
  );
});
