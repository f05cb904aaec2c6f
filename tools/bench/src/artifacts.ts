/** What it takes to put and to read artifacts, as a ratio to plain files. Usage: `artifacts.ts [rounds] [MiB of the large one]`. */
import { createHash } from "node:crypto";
import { copyFile, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ArtifactStore, putFile, readBytes } from "@dad/artifacts";
import { diskArtifactStore } from "@dad/artifacts/disk";
import type { Descriptor } from "@dad/protocol";
import { inDirectory, median, milliseconds } from "./measure.ts";

const rounds = Number(process.argv[2] ?? 5);
const largeMiB = Number(process.argv[3] ?? 1024);

const MIB = 1024 * 1024;
const SMALL = [
  { name: "1 KB", bytes: 1000, count: 300 },
  { name: "100 KB", bytes: 100_000, count: 100 },
];

/** One way of doing the same as the raw floor. */
interface Pair {
  readonly took: number;
  readonly floor: number;
}
const results = new Map<string, Pair[]>();

function record(name: string, pair: Pair): void {
  results.set(name, [...(results.get(name) ?? []), pair]);
}

/** Contents that are all different, and in each round others. */
function contentsOf({ bytes, count }: { readonly bytes: number; readonly count: number }, round: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => Buffer.alloc(bytes, `round ${round}, content ${index}. `));
}

/** What it takes at least to have a file whole or not at all. */
async function writePlain(path: string, bytes: Uint8Array, { durable }: { readonly durable: boolean }): Promise<void> {
  createHash("sha256").update(bytes).digest();
  const file = await open(`${path}.tmp`, "wx");
  await file.write(bytes);
  if (durable) await file.sync();
  await file.close();
  await rename(`${path}.tmp`, path);
  if (durable) await sync(dirname(path));
}

async function smallRound(size: (typeof SMALL)[number], round: number): Promise<void> {
  const contents = contentsOf(size, round);
  await inDirectory(async (directory) => {
    const plain = (name: string, index: number) => join(directory, `${name} ${index}`);
    const each = (work: (bytes: Uint8Array, index: number) => Promise<unknown>) =>
      milliseconds(async () => {
        for (const [index, bytes] of contents.entries()) await work(bytes, index);
      });
    const puts: Descriptor[] = [];
    for (const durability of ["strict", "relaxed"] as const) {
      await using store = await openedStore(join(directory, durability), durability);
      const took = await each(async (bytes) => puts.push(await store.put(bytes)));
      const floor = await each((bytes, index) => writePlain(plain(durability, index), bytes, { durable: durability === "strict" }));
      record(`write ${size.name}, ${durability}`, { took, floor });
      if (durability === "strict") record(`write ${size.name} again`, { took: await each((bytes) => store.put(bytes)), floor });
      else await readSmall(size.name, { store, puts, plain: (index) => plain(durability, index) });
    }
  });
}

interface SmallReads {
  readonly store: ArtifactStore;
  readonly puts: readonly Descriptor[];
  readonly plain: (index: number) => string;
}

async function readSmall(name: string, { store, puts, plain }: SmallReads): Promise<void> {
  const stored = puts.slice(puts.length / 2);
  const took = await milliseconds(async () => {
    for (const content of stored) await readBytes(store, content);
  });
  const floor = await milliseconds(async () => {
    for (const index of stored.keys())
      createHash("sha256")
        .update(await readFile(plain(index)))
        .digest();
  });
  record(`read ${name}`, { took, floor });
}

/** With its directories, which are made when the first content is put. */
async function openedStore(root: string, durability: "strict" | "relaxed") {
  const store = diskArtifactStore({ root, durability });
  await store.put("first");
  return store;
}

async function hashOf(path: string): Promise<void> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(MIB);
  await using file = await open(path);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, MIB, null);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
  }
  hash.digest();
}

async function sync(path: string): Promise<void> {
  await using file = await open(path);
  await file.sync();
}

/** The floor of a write: a copy by the kernel, which gives it to the disk as it goes, and a hash. */
async function copyAndHash(directory: string, source: string): Promise<number> {
  const copy = join(directory, "copy");
  const took = await milliseconds(async () => {
    await copyFile(source, copy);
    await hashOf(copy);
  });
  await rm(copy);
  return took;
}

async function putLarge(directory: string, source: string, durability: "strict" | "relaxed"): Promise<number> {
  const root = join(directory, durability);
  await using store = await openedStore(root, durability);
  const took = await milliseconds(() => putFile(store, source));
  await rm(root, { recursive: true });
  return took;
}

/** In another order each time: what is measured after another one finds memory and a disk that are used to more, or to less. */
async function largeRound(directory: string, { source, round }: { readonly source: string; readonly round: number }): Promise<void> {
  let [floor, strict, relaxed] = [0, 0, 0];
  const steps = [
    async () => (floor = await copyAndHash(directory, source)),
    async () => (strict = await putLarge(directory, source, "strict")),
    async () => (relaxed = await putLarge(directory, source, "relaxed")),
  ];
  for (let step = 0; step < steps.length; step++) await steps[(step + round) % steps.length]!();
  // The first round is for the memory that the machine has not used yet.
  if (round === 0) return;
  record(`write ${largeMiB} MiB, strict`, { took: strict, floor });
  record(`write ${largeMiB} MiB, relaxed`, { took: relaxed, floor });
}

async function readLarge(store: ArtifactStore, content: Descriptor, path: string): Promise<void> {
  const took = await milliseconds(async () => {
    for await (const _piece of (await store.get(content.digest))!.body);
  });
  record(`read ${largeMiB} MiB`, { took, floor: await milliseconds(() => hashOf(path)) });
}

async function writeSource(path: string): Promise<void> {
  await using file = await open(path, "wx");
  for (let index = 0; index < largeMiB; index++) await file.write(Buffer.alloc(MIB, `part ${index}. `));
  await file.sync();
}

for (let round = 0; round < rounds; round++) for (const size of SMALL) await smallRound(size, round);
await inDirectory(async (directory) => {
  const source = join(directory, "source");
  await writeSource(source);
  for (let round = 0; round <= rounds; round++) await largeRound(directory, { source, round });
  await using store = diskArtifactStore({ root: join(directory, "read") });
  const content = await putFile(store, source);
  for (let round = 0; round < rounds; round++) await readLarge(store, content, store.blobPath(content.digest));
});

for (const [name, pairs] of results) {
  const [took, floor, ratio] = [pairs.map((pair) => pair.took), pairs.map((pair) => pair.floor), pairs.map((pair) => pair.took / pair.floor)];
  console.log(
    `${name.padEnd(40)} ${median(took).toFixed(1)} ms, floor ${median(floor).toFixed(1)} ms, ratio ${median(ratio).toFixed(2)} (median of ${rounds})`,
  );
}
console.log(`most memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
