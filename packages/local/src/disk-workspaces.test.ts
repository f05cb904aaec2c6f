import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diskWorkspaces } from "./disk-workspaces.ts";

let root: string;
let env: { readonly runDir: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad workspaces "));
  env = { runDir: join(root, "project", "runs", "r") };
  await mkdir(env.runDir, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const seed = () => join(root, "project");
const workspaces = () => diskWorkspaces({ runRoot: dirname(env.runDir), seed: seed() });

async function write(path: string, text = path): Promise<void> {
  await mkdir(dirname(join(seed(), path)), { recursive: true });
  await writeFile(join(seed(), path), text);
}

/** All that is below a directory and is no directory, sorted. */
async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1)).sort();
}

describe("the workspace of a run", () => {
  it("has the files of the project, as far as its .gitignore files let them, and nothing of repositories and of runs", async () => {
    await write(".gitignore", "*.log\n/build/\n!kept.log\n");
    await write("a/.gitignore", "secret\n/own\n");
    for (const path of ["a/b/secret", "a/own", "a/b/own", "x.log", "kept.log", "build/out", "a/build/out"]) await write(path);
    for (const path of [".git/config", "a/.git/HEAD", "sub/.GIT"]) await write(path);
    await workspaces().open(env);
    const directory = workspaces().directoryOf(env);
    expect(directory).toBe(join(env.runDir, "workspace"));
    expect(await filesOf(directory)).toEqual([".gitignore", "a/.gitignore", "a/b/own", "a/build/out", "kept.log"]);
    expect(await filesOf(env.runDir)).toHaveLength(5);
  });

  it("has what files are, byte by byte, and no link or pipe, none of which is followed or waited for", async () => {
    await mkdir(join(root, "outside"));
    await writeFile(join(root, "outside", "secret"), "secret");
    await write("run.sh", "#!/bin/sh\r\n");
    await chmod(join(seed(), "run.sh"), 0o755);
    await symlink(join(root, "outside"), join(seed(), "directory"));
    await symlink(join(root, "outside", "secret"), join(seed(), "file"));
    execFileSync("mkfifo", [join(seed(), "pipe")]);
    await writeFile(Buffer.concat([Buffer.from(`${seed()}/`), Buffer.from([0x66, 0xff])]), "no text");
    await workspaces().open(env);
    const directory = workspaces().directoryOf(env);
    expect(await filesOf(directory)).toEqual(["f\ufffd", "run.sh"]);
    expect(await readFile(join(directory, "run.sh"), "utf8")).toBe("#!/bin/sh\r\n");
    expect((await lstat(join(directory, "run.sh"))).mode & 0o111).toBe(0o111);
    const names = await readdir(directory, { encoding: "buffer" });
    expect(names.some((name) => name.equals(Buffer.from([0x66, 0xff])))).toBe(true);
  });

  it("is empty when the project says nothing of its files", async () => {
    const { open, directoryOf } = diskWorkspaces({ runRoot: dirname(env.runDir) });
    await open(env);
    expect(await readdir(directoryOf(env))).toEqual([]);
  });

  it("is as it was left when the run is resumed, and is made then of a run that was killed before it was there", async () => {
    await write("a.txt", "1");
    const { open, directoryOf } = workspaces();
    await mkdir(join(env.runDir, ".dad_tmp_workspace"));
    await writeFile(join(env.runDir, ".dad_tmp_workspace", "half"), "");
    await open(env, { resume: true });
    expect(await filesOf(env.runDir)).toEqual(["workspace/a.txt"]);
    await writeFile(join(directoryOf(env), "made.txt"), "");
    await rm(join(directoryOf(env), "a.txt"));
    await open(env, { resume: true });
    expect(await filesOf(directoryOf(env))).toEqual(["made.txt"]);
  });

  it("is not half made when the files of the project cannot be read, or nobody wants it any more", async () => {
    const { open } = diskWorkspaces({ runRoot: dirname(env.runDir), seed: join(root, "nowhere") });
    await expect(open(env)).rejects.toMatchObject({ code: "WORKSPACE_FAILED", details: { directory: join(env.runDir, "workspace") } });
    await write("a.txt");
    await expect(workspaces().open(env, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
    expect(await readdir(env.runDir)).toEqual([]);
  });

  it("is no link that somebody put in its place", async () => {
    await symlink(root, join(env.runDir, "workspace"));
    await expect(workspaces().open(env, { resume: true })).rejects.toMatchObject({ code: "WORKSPACE_FAILED" });
  });
});
