import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, type Stats, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeOwners } from "./change-owner.ts";
import { giveTree } from "./host-user.ts";

const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe("a tree that changes its owner", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "dad-bubblewrap-test-")));
    for (const name of ["tree/in", "outside"]) mkdirSync(join(directory, name), { recursive: true });
  });
  afterEach(async () => rm(directory, { recursive: true, force: true }));

  /** What is asked about, given what happens after everything was found, and before it is looked at. */
  async function lookedAt(meanwhile: () => void): Promise<readonly number[]> {
    const seen: Stats[] = [];
    const isMeant = (stats: Stats): boolean => {
      if (seen.push(stats) === 1) meanwhile();
      return false;
    };
    await changeOwners(join(directory, "tree"), { which: [], isMeant, to: self });
    return seen.map(({ ino }) => ino);
  }
  const at = (name: string): string => join(directory, name);
  const inode = (name: string): number => lstatSync(at(name)).ino;

  it("is gone through whatever the names in it are", async () => {
    const names = ["-rf", "two\nlines", " ", "{}", "*", "in/-x", "in/\u00e9"];
    for (const name of names) writeFileSync(at(`tree/${name}`), "");
    writeFileSync(Buffer.concat([Buffer.from(at("tree/")), Buffer.from([0xff, 0xfe])]), "");
    const seen = await lookedAt(() => undefined);
    expect(seen).toHaveLength(names.length + 3);
    expect(seen).toEqual(expect.arrayContaining(["tree", "tree/in", ...names.map((name) => `tree/${name}`)].map(inode)));
  });

  it("leads nowhere by a link that is put in the place of a directory that was found", async () => {
    writeFileSync(at("tree/in/file"), "");
    writeFileSync(at("outside/file"), "");
    const seen = await lookedAt(() => {
      renameSync(at("tree/in"), at("away"));
      symlinkSync(at("outside"), at("tree/in"));
    });
    expect(seen).not.toContain(inode("outside/file"));
    expect(seen).not.toContain(inode("outside"));
  });

  it("leaves out what is gone since it was found", async () => {
    writeFileSync(at("tree/file"), "");
    expect(await lookedAt(() => rmSync(at("tree/file")))).toEqual([inode("tree"), inode("tree/in")]);
  });

  it("is judged by what is there when it is given, not by what was found", async () => {
    writeFileSync(at("tree/file"), "");
    writeFileSync(at("outside/file"), "");
    linkSync(at("outside/file"), at("outside/other"));
    const seen = await lookedAt(() => renameSync(at("outside/other"), at("tree/file")));
    expect(seen).toContain(inode("outside/file"));
  });

  it("keeps what has other names, and gives the rest", async () => {
    const isRoot = self.uid === 0;
    const to = isRoot ? { uid: 65_534, gid: 65_534 } : self;
    writeFileSync(at("tree/in/file"), "");
    symlinkSync("/etc", at("tree/link"));
    writeFileSync(at("outside/file"), "");
    linkSync(at("outside/file"), at("tree/in/shared"));
    await giveTree(at("tree"), self, to);
    expect(["tree", "tree/in", "tree/in/file", "tree/link"].map((name) => lstatSync(at(name)).uid)).toEqual(Array(4).fill(to.uid));
    expect([lstatSync(at("outside/file")).uid, lstatSync("/etc").uid]).toEqual([self.uid, 0]);
  });
});
