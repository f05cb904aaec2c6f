import { randomInt, randomUUID } from "node:crypto";
import { link, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collectGarbage, type SweptStore } from "@dad/doctor";
import { DadError, digestOfBytes } from "@dad/protocol";
import { large } from "./made-runs.ts";

const SIZE = 400;

/** One of the contents that runs put again and again. */
export function anyOfPool(): string {
  return large(`content ${randomInt(SIZE)}`);
}

/** Stores some of them as if they had been put long ago, where they are not stored: nobody's, until a run puts them again. */
export async function leaveOrphans(runRoot: string, count: number): Promise<void> {
  const directory = join(runRoot, ".dad", "blobs", "blobs", "sha256");
  await mkdir(directory, { recursive: true });
  for (const text of Array.from({ length: count }, anyOfPool)) {
    const draft = join(runRoot, ".dad", randomUUID());
    await writeFile(draft, text, { mode: 0o444 });
    await utimes(draft, 0, 0);
    await link(draft, join(directory, digestOfBytes(text).slice("sha256:".length))).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await rm(draft, { force: true });
  }
}

/** How much garbage was collected: none when somebody else is just doing so. */
export async function collect(store: SweptStore): Promise<number> {
  try {
    const { objects } = await collectGarbage(store);
    return objects.filter(({ verdict }) => verdict === "collect").length;
  } catch (error) {
    if (DadError.is(error, "GC_RUNNING")) return 0;
    throw error;
  }
}
