import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { IsolationSpace } from "../isolation-adapter.ts";
import { itGuards, type Trial } from "./trial.ts";

const shell = (space: IsolationSpace, script: string, ...args: readonly string[]) => space.exec({ argv: ["sh", "-c", script, "sh", ...args] });
const refusal = { code: "ISOLATION_FILE_REFUSED" };

export function describeFiles(trial: () => Trial): void {
  describe("files", () => {
    it("shows what commands have written, and commands what was written to it", async () => {
      const space = await trial().open();
      await shell(space, 'mkdir -p a/b; printf "from inside" > a/b/file');
      expect(text(await space.files.read("a/b/file"))).toBe("from inside");
      expect(await space.files.stat("a/b/file")).toMatchObject({ name: "file", kind: "file", size: 11 });
      await space.files.write("c/d/file", bytes("from outside"));
      expect(text((await shell(space, "cat c/d/file; printf . >> c/d/file")).stdout)).toBe("from outside");
      expect(text(await space.files.read("c/d/file"))).toBe("from outside.");
      expect((await space.files.list("."))?.map(({ name, kind }) => [name, kind])).toEqual([
        ["a", "directory"],
        ["c", "directory"],
      ]);
    });

    it("tells of what is not there", async () => {
      const { files } = await trial().open();
      expect([await files.read("a/file"), await files.list("a"), await files.stat("a")]).toEqual([undefined, undefined, undefined]);
    });

    it.for(["../file", "a/../../file", "/etc/hostname", "nul\0"])("refuses %j, which is not beneath the workspace", async (path) => {
      const { files } = await trial().open();
      for (const touch of [files.read(path), files.write(path, bytes("x")), files.list(path), files.stat(path)]) {
        await expect(touch).rejects.toMatchObject(refusal);
      }
    });

    it("follows no link that a command made, neither at the end nor on the way", async () => {
      const { outside, marker } = trial();
      await writeFile(join(outside, "secret"), marker);
      const space = await trial().open();
      await shell(space, 'ln -s "$1/secret" link; ln -s "$1" directory; ln -s "$1/planted" nowhere', outside);
      for (const path of ["link", "directory/secret"]) await expect(space.files.read(path)).rejects.toMatchObject(refusal);
      await expect(space.files.list("directory")).rejects.toMatchObject(refusal);
      await expect(space.files.write("directory/planted", bytes("x"))).rejects.toMatchObject(refusal);
      for (const path of ["link", "nowhere"]) await space.files.write(path, bytes("x")).catch(() => undefined);
      expect(await readFile(join(outside, "secret"), "utf8")).toBe(marker);
      await expect(readFile(join(outside, "planted"))).rejects.toMatchObject({ code: "ENOENT" });
      expect(await (await trial().open({ workspace: space.cwd })).files.stat("directory")).toMatchObject({ kind: "link" });
    });

    it("waits for no pipe that a command made, and opens nothing but files", async () => {
      const space = await trial().open();
      await shell(space, "mkfifo pipe; mkdir directory");
      for (const path of ["pipe", "directory"]) await expect(space.files.read(path)).rejects.toMatchObject(refusal);
    });

    it("reads no more than it is allowed to", async () => {
      const space = await trial().open();
      await shell(space, "printf 0123456789 > file");
      expect(await space.files.read("file", { limitBytes: 10 })).toHaveLength(10);
      await expect(space.files.read("file", { limitBytes: 9 })).rejects.toMatchObject(refusal);
    });

    it("tells of no changes of a workspace that commands change directly", async () => {
      const space = await trial().open();
      await shell(space, "echo more > added");
      expect(await readFile(join(space.cwd, "added"), "utf8")).toBe("more\n");
      expect(await space.changes()).toBeUndefined();
    });

    it("leaves nothing of its own in the workspace, also not for the next space there", async () => {
      const spec = await trial().spec();
      for (const name of ["first", "second"]) {
        const space = await trial().open(spec);
        const { stdout } = await shell(space, 'ls -A; touch "$1"', name);
        expect(text(stdout)).toBe(name === "first" ? "" : "first\n");
        await space[Symbol.asyncDispose]();
      }
      expect((await readdir(spec.workspace)).toSorted()).toEqual(["first", "second"]);
    });

    itGuards(trial, ["fs.workspace", "what commands change is told, and seen, and the host's workspace stays as it was"], async () => {
      const spec = await trial().spec();
      for (const name of ["kept", "modified", "removed"]) await writeFile(join(spec.workspace, name), name);
      const space = await trial().open({ ...spec, policy: { workspace: "overlay" } });
      expect(await space.changes()).toEqual([]);
      await shell(space, "mkdir sub; echo more > sub/added; echo more >> modified; rm removed");
      expect((await space.changes())?.filter(({ path }) => path !== "sub")).toEqual([
        { path: "modified", kind: "modified" },
        { path: "removed", kind: "removed" },
        { path: "sub/added", kind: "added" },
      ]);
      const names = ["kept", "modified", "removed", "sub/added"];
      const seen = await Promise.all(names.map(async (name) => text((await space.files.read(name)) ?? bytes("none"))));
      expect(seen).toEqual(["kept", "modifiedmore\n", "none", "more\n"]);
      const own = await Promise.all(names.map(async (name) => readFile(join(spec.workspace, name), "utf8").catch(() => "none")));
      expect(own).toEqual(["kept", "modified", "removed", "none"]);
    });
  });
}

function text(content: Uint8Array | undefined): string {
  return Buffer.from(content ?? []).toString();
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
