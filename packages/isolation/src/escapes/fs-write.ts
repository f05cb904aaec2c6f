import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, rmdir, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Guard } from "../guard.ts";
import { attempt, type EscapeAttempt, type Ground } from "./attempt.ts";
import { type Argv, shell } from "./programs.ts";

const WRITE = 'mkdir -p "$(dirname "$1")"; echo planted > "$1"';

/** What a file of the host holds. */
export async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, "latin1").catch(() => undefined);
}

/** An attempt that succeeds when a file of the host, which was not there before, holds what the command wrote. */
function plant(
  name: `${Guard}/${string}`,
  title: string,
  how: {
    readonly needs?: EscapeAttempt["needs"];
    readonly path: (ground: Ground) => string;
    readonly argv: (path: string, ground: Ground) => Argv | Promise<Argv>;
  },
): EscapeAttempt {
  return attempt(name, title, {
    needs: how.needs ?? [],
    async make(ground) {
      const path = how.path(ground);
      ground.defer(async () => rm(path, { recursive: true, force: true }));
      await ground.exec(await how.argv(path, ground));
      return (await contentOf(path))?.includes("planted") ? `it wrote ${path}` : undefined;
    },
  });
}

const inHome = ({ home }: Ground): string => join(home, "planted");
const inOther = ({ other }: Ground): string => join(other, "planted");

/** An attempt that succeeds when the secret of another run is no longer what it was. */
function spoil(name: `${Guard}/${string}`, title: string, script: string): EscapeAttempt {
  return attempt(name, title, {
    async make({ exec, home, marker }) {
      const path = join(home, "secret");
      await exec(shell(script, path));
      return (await contentOf(path)) === `${marker}\n` ? undefined : `it changed ${path}`;
    },
  });
}

export const FS_WRITE: readonly EscapeAttempt[] = [
  plant("fs.write/home", "write a file in the home of the user", { path: inHome, argv: (path) => shell(WRITE, path) }),
  plant("fs.write/temporary", "write a file in the temporary directory of the machine", {
    path: ({ workspace }) => join(dirname(dirname(dirname(workspace))), `dad-escapes-${randomUUID()}`),
    argv: (path) => shell(WRITE, path),
  }),
  plant("fs.write/other-run", "write a file of another run by its path", { path: inOther, argv: (path) => shell(WRITE, path) }),
  plant("fs.write/parent", "write a file beside its workspace", {
    path: ({ workspace }) => join(dirname(workspace), "planted"),
    argv: () => shell("echo planted > ../planted"),
  }),
  plant("fs.write/own-link", "write a file through a link that it makes", {
    path: inHome,
    argv: (path) => shell('ln -s "$1" link; echo planted > link', path),
  }),
  plant("fs.write/own-linked-directory", "write a file through a link to a directory that it makes", {
    path: inHome,
    argv: (_, { home }) => shell('ln -s "$1" link; echo planted > link/planted', home),
  }),
  plant("fs.write/planted-link", "write a file through a link that was there before", {
    path: inHome,
    async argv(_, { home, workspace }) {
      await symlink(home, join(workspace, "link"));
      return shell("echo planted > link/planted");
    },
  }),
  plant("fs.write/root-of-a-process", "write a file through the root of a process of the host", {
    needs: ["linux"],
    path: inHome,
    argv: (path) => shell('for root in /proc/[0-9]*/root; do (echo planted > "$root$1"); done; true', path),
  }),
  plant("fs.write/shared-memory", "write a file in the shared memory of the machine", {
    needs: ["linux"],
    path: () => `/dev/shm/dad-escapes-${randomUUID()}`,
    argv: (path) => shell(WRITE, path),
  }),
  spoil("fs.write/truncate", "empty a file outside", ': > "$1"'),
  spoil("fs.write/append", "append to a file outside", 'echo more >> "$1"'),
  spoil("fs.write/remove", "remove a file outside", 'rm -f "$1"'),
  spoil("fs.write/replace", "move a file of its own over one outside", 'echo mine > own; mv -f own "$1"'),
  attempt("fs.write/move-workspace", "move its workspace away", {
    async make({ exec, workspace, defer }) {
      const moved = `${workspace}-moved`;
      defer(async () => rm(moved, { recursive: true, force: true }));
      await exec(shell('cd /; mv "$1" "$1-moved"', workspace));
      const isMoved = await rename(moved, workspace).then(
        () => true,
        () => false,
      );
      return isMoved ? "it moved its workspace" : undefined;
    },
  }),
  attempt("fs.write/read-only-mount", "write into a directory that it was given to read", {
    async make(ground) {
      const given = join(ground.home, "given");
      await mkdir(given);
      await chmod(given, 0o777);
      await ground.open({ mounts: [{ path: given, mode: "ro" }] });
      await ground.exec(shell(WRITE, join(given, "planted")));
      return (await contentOf(join(given, "planted"))) === undefined ? undefined : `it wrote into ${given}`;
    },
  }),
  attempt("fs.write/mount-on-link", "leave a link on which the next mount makes a file outside", {
    async make(ground) {
      const given = join(ground.home, "given");
      const target = join(ground.other, "target");
      await Promise.all([mkdir(given), mkdir(target)]);
      await chmod(target, 0o777);
      // Where the host is found from inside while a sandbox is being set up: CVE-2026-87766.
      await symlink(ground.isolated ? `/oldroot${target}` : target, join(ground.workspace, "link"));
      const at = join(ground.workspace, "link", "made");
      await ground.open({ mounts: [{ path: given, at, mode: "ro" }] }).catch(refusedPolicy);
      await ground.exec(shell(ground.isolated ? "true" : 'mkdir "$1"', at)).catch(refusedPolicy);
      return (await rm(join(target, "made"), { recursive: true }).then(
        () => true,
        () => false,
      ))
        ? `it made a directory in ${basename(target)} of another run`
        : undefined;
    },
  }),
  attempt("fs.write/cgroup", "make a control group of its own", {
    needs: ["linux", "root"],
    async make(ground) {
      const mounted = /^\S+ \S+ \S+ \S+ (\S*) \S+.* - cgroup2? /m.exec(await readFile("/proc/self/mountinfo", "utf8"))?.[1];
      if (mounted === undefined) throw new Error("no control groups are mounted");
      const group = join(mounted, `dad-escapes-${randomUUID()}`);
      await ground.exec(shell('mkdir "$1"', group));
      return (await removeGroup(group)) ? `it made ${group}` : undefined;
    },
  }),
];

/** What is refused before it runs is held back, too. */
function refusedPolicy(error: Error & { readonly code?: string }): void {
  if (error.code !== "ISOLATION_POLICY_INVALID") throw error;
}

async function removeGroup(path: string): Promise<boolean> {
  return rmdir(path).then(
    () => true,
    () => false,
  );
}
