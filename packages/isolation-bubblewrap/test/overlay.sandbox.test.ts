import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IsolationSpace } from "@dad/isolation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openHost, print, type TestHost } from "./host.ts";

describe("an overlay", () => {
  let host: TestHost;
  let workspace: string;
  beforeEach(async () => {
    host = await openHost();
    workspace = join(host.directory, "with, a:strange name");
    for (const name of ["kept", "changed", "gone", "directory/inner", "replaced/inner", "turned/inner", "touched"]) {
      await mkdir(join(workspace, name, ".."), { recursive: true });
      await writeFile(join(workspace, name), name);
    }
  });
  afterEach(async () => host[Symbol.asyncDispose]());

  const open = (): Promise<IsolationSpace> => host.open({ workspace: "overlay" }, workspace);
  const CHANGE = `
    echo more >> changed; rm gone; rm -r directory; rm -r replaced; mkdir replaced; echo new > replaced/fresh
    rm -r turned; echo file > turned; mkdir -p made/deep; echo x > made/deep/file; touch touched`;

  it("tells what commands have changed of the workspace, which stays as it was", async () => {
    const space = await open();
    const before = await readdir(workspace, { recursive: true });
    await print(space, CHANGE);
    expect(await space.changes()).toEqual([
      { path: "changed", kind: "modified" },
      { path: "directory", kind: "removed" },
      { path: "directory/inner", kind: "removed" },
      { path: "gone", kind: "removed" },
      { path: "made", kind: "added" },
      { path: "made/deep", kind: "added" },
      { path: "made/deep/file", kind: "added" },
      { path: "replaced/fresh", kind: "added" },
      { path: "replaced/inner", kind: "removed" },
      { path: "turned", kind: "modified" },
      { path: "turned/inner", kind: "removed" },
    ]);
    expect(await readdir(workspace, { recursive: true })).toEqual(before);
    expect(await readFile(join(workspace, "changed"), "utf8")).toBe("changed");
  });

  it("shows the files as commands have left them, and takes those of the host", async () => {
    const space = await open();
    await print(space, CHANGE);
    expect(Buffer.from((await space.files.read("changed")) ?? []).toString()).toBe("changedmore\n");
    expect(await space.files.stat("gone")).toBeUndefined();
    await space.files.write("made/given", Buffer.from("given"));
    expect(await print(space, "cat made/given; echo mine >> made/given; cat made/given")).toBe("givengivenmine");
    expect(await readdir(workspace)).not.toContain("made");
  });

  it("keeps what was changed while everything is ended and begun anew", async () => {
    const space = await open();
    await print(space, "echo x > made");
    await space.kill();
    expect(await space.changes()).toEqual([{ path: "made", kind: "added" }]);
    expect(await print(space, "cat made")).toBe("x");
  });

  it("has changed nothing before a command ran", async () => {
    expect(await (await open()).changes()).toEqual([]);
  });

  it("is limited in what it holds", async () => {
    const space = await host.open({ workspace: "overlay", limits: { diskBytes: 1024 * 1024 } }, workspace);
    const filling = space.exec({ argv: ["sh", "-c", "head -c 4194304 /dev/zero > large; sleep 1000"] }, { timeoutMs: 20_000 });
    expect(await filling).toMatchObject({ reason: "disk" });
  });

  it("is no part of a space that changes its workspace itself", async () => {
    expect(await (await host.open()).changes()).toBeUndefined();
  });
});
