import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IsolationMount } from "@dad/isolation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindsOf } from "./mounts.ts";

describe("what a space sees of the host", () => {
  let base: string;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), "dad-mounts-")));
    for (const name of ["workspace/inner", "home", "data/inner"]) await mkdir(join(base, name), { recursive: true });
  });
  afterEach(async () => rm(base, { recursive: true, force: true }));

  const binds = async (...mounts: readonly IsolationMount[]) => bindsOf({ workspace: join(base, "workspace"), home: join(base, "home"), mounts });

  it("is its workspace, its home, and what its policy names, each where it says", async () => {
    expect(await binds({ path: join(base, "data"), at: "/given/", mode: "ro" })).toEqual([
      { source: join(base, "workspace"), place: join(base, "workspace"), mode: "rw" },
      { source: join(base, "home"), place: join(base, "home"), mode: "rw" },
      { source: join(base, "data"), place: "/given", mode: "ro" },
    ]);
  });

  it("is where a link leads, as the host sees it", async () => {
    await symlink(join(base, "data"), join(base, "link"));
    expect(await binds({ path: join(base, "link"), at: "/given", mode: "ro" })).toContainEqual({
      source: join(base, "data"),
      place: "/given",
      mode: "ro",
    });
  });

  it.each([
    ["a place in the workspace", { path: "data", at: "workspace/link/file", mode: "ro" }, "mounts.0"],
    ["a place in the home", { path: "data", at: "home/x", mode: "rw" }, "mounts.0"],
    ["a part of the workspace", { path: "workspace/inner", at: "/given", mode: "ro" }, "mounts.0"],
    ["what is missing", { path: "missing", mode: "ro" }, "mounts.0.path"],
    ["the processes", { path: "data", at: "/proc/self", mode: "ro" }, "mounts.0"],
    ["the place of the programs", { path: "data", at: "/usr", mode: "rw" }, "mounts.0"],
    ["the root", { path: "data", at: "/", mode: "ro" }, "mounts.0"],
    ["what rules sandboxes", { path: tmpdir(), at: "/given", mode: "ro" }, "mounts.0"],
    ["everything", { path: "/", at: "/given", mode: "ro" }, "mounts.0"],
  ] as const)("is never %s", async (_, { path, mode, ...rest }, place) => {
    const at = "at" in rest ? { at: rest.at.startsWith("/") ? rest.at : join(base, rest.at) } : {};
    const mount = { path: path.startsWith("/") ? path : join(base, path), ...at, mode };
    await expect(binds(mount)).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID", details: { place } });
  });

  it("is nothing inside what another mount lets be written", async () => {
    const outer = { path: join(base, "data"), at: "/data", mode: "rw" } as const;
    const inner = { path: join(base, "home"), at: "/data/home", mode: "ro" } as const;
    await expect(binds(outer, inner)).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID" });
  });

  it("is never the directory in which the host keeps what rules sandboxes, also as a workspace", async () => {
    const all = bindsOf({ workspace: tmpdir(), home: join(base, "home"), mounts: [] });
    await expect(all).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID", details: { place: "workspace" } });
  });
});
