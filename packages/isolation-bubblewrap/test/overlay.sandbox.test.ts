import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, link, lstat, mkdir, open as openFile, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IsolationSpace } from "@dad/isolation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftOf, openHost, print, type TestHost } from "./host.ts";

const HOST = fileURLToPath(new URL("./overlay-host.ts", import.meta.url));

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

  /** Whose everything is, what may be done with it, and when any of it was changed last. */
  async function told(directory = workspace): Promise<readonly string[]> {
    const names = ["", ...(await readdir(directory, { recursive: true }))].toSorted();
    const found = await Promise.all(names.map(async (name) => lstat(join(directory, name), { bigint: true })));
    return found.map(({ uid, gid, mode, ino, nlink, size, mtimeNs, ctimeNs }, at) =>
      [names[at], uid, gid, mode, ino, nlink, size, mtimeNs, ctimeNs].join(" "),
    );
  }
  /** What is no file of one name that everybody may read. */
  async function makeOthers(): Promise<void> {
    await writeFile(join(workspace, "own"), "for its owner alone", { mode: 0o600 });
    await link(join(workspace, "kept"), join(workspace, "second name"));
    await symlink("nowhere", join(workspace, "link"));
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    await using large = await openFile(join(workspace, "large"), "w");
    await large.truncate(65 * 1024 * 1024);
    await large.write("x");
  }

  it("tells what was changed also when the sandbox has ended meanwhile", async () => {
    const space = await open();
    for (let round = 0; round < 3; round++) {
      await space.exec({ argv: ["sh", "-c", "touch made; rm -f gone; setsid sh -c 'kill -9 -1'"] });
      expect(await space.changes()).toEqual([
        { path: "gone", kind: "removed" },
        { path: "made", kind: "added" },
      ]);
    }
  });

  it("changes nothing of the workspace, not even whose it is, while it is open and after that", async () => {
    await makeOthers();
    const before = await told();
    const space = await open();
    await print(space, CHANGE);
    expect(await told()).toEqual(before);
    await space.kill();
    await print(space, "chmod -R a+rwx .; touch *");
    expect(await told()).toEqual(before);
    await space[Symbol.asyncDispose]();
    expect(await told()).toEqual(before);
  });

  it("changes nothing of the workspace, not even whose it is, when its host is killed", async () => {
    await makeOthers();
    const before = await told();
    const killed = spawn(process.execPath, ["--conditions=@dad/source", HOST, workspace, CHANGE.trim()], { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = (await once(killed.stdout, "data")) as [Uint8Array];
    expect(Buffer.from(chunk).toString()).toBe("changed\n");
    expect(await told()).toEqual(before);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(await told()).toEqual(before);
    await host.adapter.sweep();
    expect(await leftOf(killed.pid ?? 0)).toEqual([]);
    expect(await told()).toEqual(before);
  });

  it("gives commands what belongs to the owner of the workspace, and takes none of it for changed", async () => {
    await makeOthers();
    const space = await open();
    expect(await print(space, "stat -c %u:%g . own directory/inner; cat own")).toBe("1000:1000\n1000:1000\n1000:1000\nfor its owner alone");
    expect(await space.changes()).toEqual([]);
    await space.kill();
    await print(space, "echo more >> own; chmod 600 changed gone; chmod 644 gone");
    expect(await space.changes()).toEqual([
      { path: "changed", kind: "modified" },
      { path: "own", kind: "modified" },
    ]);
    expect(await readFile(join(workspace, "own"), "utf8")).toBe("for its owner alone");
  });

  it("tells what has come from elsewhere in the workspace, or was written to, however alike", async () => {
    await mkdir(join(workspace, "left"));
    await mkdir(join(workspace, "right"));
    for (const name of ["left", "right"]) {
      await writeFile(join(workspace, name, "file"), name.padEnd(5, "-"));
      await writeFile(join(workspace, name, "shared"), name.padEnd(5, "-"));
      await writeFile(join(workspace, name, "same"), "same");
      await link(join(workspace, name, "shared"), join(workspace, `shared ${name}`));
    }
    await chmod(join(workspace, "gone"), 0o644);
    const space = await open();
    await print(space, "mv left was; mv right left; mv was right; mv gone was; mv kept gone; mv was kept");
    await print(space, "cp -p touched was; printf TOUCHED > touched; touch -r was touched; rm was");
    const changed = [
      { path: "gone", kind: "modified" },
      { path: "kept", kind: "modified" },
      { path: "left/file", kind: "modified" },
      { path: "left/shared", kind: "modified" },
      { path: "right/file", kind: "modified" },
      { path: "right/shared", kind: "modified" },
      { path: "touched", kind: "modified" },
    ];
    expect(await space.changes()).toEqual(changed);
    await space.kill();
    expect(await space.changes()).toEqual(changed);
    expect(await print(space, "cat left/file right/shared")).toBe("rightleft-");
  });

  it("is what it is also where commands mark files as an overlay would", async () => {
    const space = await open();
    const numbers = process.arch === "x64" ? [188, 197] : [5, 14];
    const mark = `
      my ($set, $remove) = (${numbers.join(", ")});
      for my $space ("trusted", "user") {
        for my $mark ("opaque=y", "redirect=/replaced", "metacopy=", "whiteout=y") {
          my ($name, $value) = split /=/, "$space.overlay.$mark", 2;
          for my $path ("directory", "kept", "changed") {
            my $file = "$path";
            my $done = syscall($set, $file, $name, $value, length $value, 0) == 0 || syscall($remove, $file, $name) == 0;
            print "$path $name\\n" if $done && $space eq "trusted";
          }
        }
      }
      print "tried";`;
    const { stdout, stderr } = await space.exec({ argv: ["perl", "-e", mark] });
    expect(Buffer.from(stderr).toString()).toBe("");
    expect(Buffer.from(stdout).toString()).toBe("tried");
    await space.kill();
    expect(await print(space, "cat kept changed directory/*")).toBe("keptchangeddirectory/inner");
    expect(await space.changes()).toEqual([]);
  });

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
