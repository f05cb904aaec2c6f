import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSecrets } from "@dad/secrets";
import { secretSourceContract } from "@dad/secrets/testing";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const VALUE = "hunter2-hunter2";
const onPosix = process.platform !== "win32";

async function project() {
  const root = await mkdtemp(join(tmpdir(), "dad-file-secrets-"));
  const directory = join(root, "project");
  await mkdir(directory);
  const put = async (path: string, content: string | Uint8Array = VALUE, mode = 0o600) => {
    await writeFile(join(directory, path), content, { mode });
    await chmod(join(directory, path), mode);
    return path;
  };
  return { directory, put, source: fileSecrets({ directory }), [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

secretSourceContract("fileSecrets", async () => ({ ...(await project()), missing: "nobody-made-this" }));

describe("secrets in files", () => {
  it("have paths of the project, or whole ones", async () => {
    await using place = await project();
    const { directory, put, source } = place;
    await mkdir(join(directory, "keys"));
    await put("keys/one");
    expect(await source.read("./keys/one")).toBe(VALUE);
    expect(await source.read(join(directory, "keys/one"))).toBe(VALUE);
    expect(await source.read("../project/keys/one")).toBe(VALUE);
  });

  it("have no ~ in their paths", async () => {
    await using place = await project();
    const { source } = place;
    await expect(source.read("~/key")).rejects.toThrow("~ means nothing here. Write the whole path");
  });

  it.runIf(onPosix).each([0o640, 0o604, 0o620, 0o602, 0o666])("are refused with the mode %o, and what to run is told", async (mode) => {
    await using place = await project();
    const { directory, put, source } = place;
    await put("it's a key", VALUE, mode);
    const error: unknown = await source.read("it's a key").catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE" });
    const [, command = ""] = /Run: (.*)$/.exec(String(error)) ?? [];
    expect(command).toMatch(/^chmod 600 /);
    execFileSync("sh", ["-c", command]);
    expect(await source.read(join(directory, "it's a key"))).toBe(VALUE);
  });

  it.runIf(onPosix)("are followed through links within the project, and from whole paths, and not out of the project", async () => {
    await using place = await project();
    const { directory, put, source } = place;
    await put("key");
    await put("../outside");
    await symlink("key", join(directory, "inside"));
    await symlink("../outside", join(directory, "out"));
    await symlink("..", join(directory, "up"));
    expect(await source.read("inside")).toBe(VALUE);
    await expect(source.read("out")).rejects.toThrow("is a link out of");
    await expect(source.read("up/outside")).rejects.toThrow("is a link out of");
    // Nobody is told to change who can read a file elsewhere.
    await symlink("../readable", join(directory, "loose"));
    await writeFile(join(directory, "../readable"), VALUE, { mode: 0o644 });
    await expect(source.read("loose")).rejects.toThrow("is a link out of");
    expect(await source.read(join(directory, "out"))).toBe(VALUE);
    expect(await source.read("../outside")).toBe(VALUE);
  });

  it("are regular files", async () => {
    await using place = await project();
    const { directory, source } = place;
    await mkdir(join(directory, "keys"));
    await expect(source.read("keys")).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE" });
  });

  it.runIf(onPosix)("are no pipes, and nobody waits for one", async () => {
    await using place = await project();
    const { directory, source } = place;
    execFileSync("mkfifo", ["-m", "600", join(directory, "pipe")]);
    await expect(source.read("pipe")).rejects.toThrow("is not a regular file");
  });

  it("have up to 64 KiB", async () => {
    await using place = await project();
    const { put, source } = place;
    expect(await source.read(await put("largest", "x".repeat(65_536)))).toHaveLength(65_536);
    await expect(source.read(await put("larger", "x".repeat(65_537)))).rejects.toThrow("more than 65536 bytes");
  });

  it("are text, and one line break at their end is none of it", async () => {
    await using place = await project();
    const { put, source } = place;
    expect(await source.read(await put("windows", `\ufeff${VALUE}\r\n`))).toBe(VALUE);
    expect(await source.read(await put("two", `${VALUE}\n\n`))).toBe(`${VALUE}\n`);
    await expect(source.read(await put("bytes", Uint8Array.of(0xff, 0xfe, 0xfd)))).rejects.toThrow("no text");
  });
});
