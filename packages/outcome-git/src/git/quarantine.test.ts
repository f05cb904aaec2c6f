import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openQuarantine } from "./quarantine.ts";

it("keeps all objects while somebody takes away directories that are empty", async () => {
  const gitDir = await mkdtemp(join(tmpdir(), "dad-quarantine-"));
  for (const name of ["indexes", "objects"]) await mkdir(join(gitDir, name));
  const parts = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, "0"));
  const object = "0".repeat(38);
  await using quarantine = await openQuarantine(gitDir);
  for (const part of parts) {
    await mkdir(join(quarantine.objects, part));
    await writeFile(join(quarantine.objects, part, object), part);
  }
  const over = new AbortController();
  const sweep = async (): Promise<void> => {
    while (!over.signal.aborted)
      for (const part of await readdir(join(gitDir, "objects"))) await rmdir(join(gitDir, "objects", part)).catch(() => undefined);
  };
  const sweeps = [sweep(), sweep(), sweep()];
  await quarantine.keep().finally(() => over.abort());
  await Promise.all(sweeps);
  for (const part of parts) expect(await readdir(join(gitDir, "objects", part))).toEqual([object]);
  await rm(gitDir, { recursive: true });
});
