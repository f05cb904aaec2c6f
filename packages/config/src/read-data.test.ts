import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readData } from "./read-data.ts";

it.runIf(process.platform !== "win32")("reads no device and no directory, which may have no end", async () => {
  const directory = await mkdtemp(join(tmpdir(), "dad-read-data-"));
  try {
    await symlink("/dev/zero", join(directory, "zero.yaml"));
    const refused = { code: "CONFIG_UNREADABLE", message: expect.stringContaining("no regular file") as string };
    await expect(readData(join(directory, "zero.yaml"))).rejects.toMatchObject(refused);
    await expect(readData(directory)).rejects.toMatchObject(refused);
  } finally {
    await rm(directory, { recursive: true });
  }
});
