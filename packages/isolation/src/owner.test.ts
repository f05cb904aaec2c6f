import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { directoriesLeft, isOwnerAlive, ownerName } from "./owner.ts";

const { pid } = process;
/** One above the most that Linux gives: proc(5), pid_max. */
const NOBODY = 4_194_305;

describe("an owner", () => {
  it("lives as long as its process, whatever its name goes on with", async () => {
    expect(ownerName()).toMatch(new RegExp(`^${pid}\\.\\d*$`));
    expect([await isOwnerAlive(ownerName()), await isOwnerAlive(`${ownerName()}-home-1`)]).toEqual([true, true]);
  });

  it("is gone with its process", async () => {
    expect([await isOwnerAlive(`${NOBODY}.1`), await isOwnerAlive(`${NOBODY}.`)]).toEqual([false, false]);
  });

  it.runIf(process.platform === "linux")("is gone when its number is another process's", async () => {
    expect(await isOwnerAlive(`${pid}.1`)).toBe(false);
    expect(await isOwnerAlive(`${pid}.`)).toBe(true);
  });

  it.for(["", "home", "home-1.2", `${pid}`, `${pid}-1`])("of the name %j is nobody who could be gone", async (name) => {
    expect(await isOwnerAlive(name)).toBe(true);
  });
});

describe("directories that are left", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dad-owner-"));
    vi.stubEnv("TMPDIR", directory);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });

  it("are those of the prefix and of nobody who lives, and no links or files of such names", async () => {
    for (const name of [`a-${NOBODY}.1-x`, `b-${NOBODY}.1`, `a-${ownerName()}`, "a-x"]) await mkdir(join(directory, name));
    await writeFile(join(directory, `a-${NOBODY}.2`), "");
    await symlink(directory, join(directory, `a-${NOBODY}.3`));
    expect(await directoriesLeft("a-")).toEqual([join(directory, `a-${NOBODY}.1-x`)]);
  });

  it("are not those of other users", async () => {
    await mkdir(join(directory, `a-${NOBODY}.1`));
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue((await stat(directory)).uid + 1);
    expect(await directoriesLeft("a-")).toEqual([]);
    vi.restoreAllMocks();
    expect(await directoriesLeft("a-")).toHaveLength(1);
  });
});
