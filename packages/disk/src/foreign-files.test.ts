import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { foreignFiles } from "./foreign-files.ts";

class Unreadable extends Error {}
const files = foreignFiles((operation, path, cause) => new Unreadable(`cannot ${operation} ${path}`, { cause }));
const LIMIT = { limitBytes: 1024 };

const base = await mkdtemp(join(tmpdir(), "dad disk "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const at = (...parts: string[]) => join(root, ...parts);
beforeEach(async () => {
  root = join(base, String(++count));
  await mkdir(at("sub"), { recursive: true });
  await writeFile(at("sub", "file"), "inside");
});

const text = (file: { readonly content: Uint8Array } | undefined) => file && Buffer.from(file.content).toString();
const refusal = (reason: string) => ({ cause: expect.objectContaining({ name: "ForeignFileRefusal", message: expect.stringContaining(reason) }) });

describe("read", () => {
  it("gives the content, and whether its owner may execute it", async () => {
    expect(await files.read(at("sub", "file"), LIMIT)).toEqual({ content: new Uint8Array(Buffer.from("inside")), executable: false });
    await chmod(at("sub", "file"), 0o755);
    expect(await files.read(at("sub", "file"), LIMIT)).toMatchObject({ executable: true });
  });

  it("follows the links of whoever wrote the path", async () => {
    await symlink("sub/file", at("link"));
    expect(text(await files.read(at("link"), LIMIT))).toBe("inside");
  });

  it("takes a file of exactly as many bytes as are read, and refuses one with more", async () => {
    await writeFile(at("file"), "x".repeat(1024));
    expect((await files.read(at("file"), LIMIT)).content).toHaveLength(1024);
    await truncate(at("file"), 1025);
    await expect(files.read(at("file"), LIMIT)).rejects.toMatchObject(refusal("it has 1025 bytes, and at most 1024 are read"));
  });

  it("refuses a sparse file of a terabyte without reading it", async () => {
    await writeFile(at("file"), "");
    await truncate(at("file"), 2 ** 40);
    await expect(files.read(at("file"), { limitBytes: 2 ** 30 })).rejects.toMatchObject(refusal("1099511627776 bytes"));
  });

  it("refuses a file whose size the kernel does not tell when it has too much in it", async () => {
    await expect(files.read("/proc/self/status", { limitBytes: 16 })).rejects.toMatchObject(refusal("it grows"));
  });

  it("refuses a directory, and names what the disk refuses", async () => {
    await expect(files.read(at("sub"), LIMIT)).rejects.toMatchObject(refusal("it is a directory, not a file"));
    await expect(files.read(at("gone"), LIMIT)).rejects.toMatchObject({ message: `cannot read ${at("gone")}`, cause: { code: "ENOENT" } });
  });

  it("refuses a pipe without waiting for whoever writes, a socket and a device", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await expect(files.read(at("pipe"), LIMIT)).rejects.toMatchObject(refusal("a pipe"));
    const server = createServer().listen(at("socket"));
    await new Promise((done) => server.once("listening", done));
    await expect(files.read(at("socket"), LIMIT)).rejects.toMatchObject(refusal("a socket"));
    await new Promise((done) => server.close(done));
    await expect(files.read("/dev/zero", LIMIT)).rejects.toMatchObject(refusal("a device"));
  });

  it("stops when it is told to, with the reason", async () => {
    const reason = new Error("enough");
    await expect(files.read(at("sub", "file"), { ...LIMIT, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
