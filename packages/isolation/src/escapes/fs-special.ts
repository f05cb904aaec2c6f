import { randomUUID } from "node:crypto";
import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { attempt, type EscapeAttempt, type Ground } from "./attempt.ts";
import { execOnHost } from "./exec-on-host.ts";
import { findDisk, headOfDisk } from "./raw-disk.ts";
import { perl, shell, systemCall } from "./programs.ts";

/** Prints the log of the kernel: syslog(2), action 3. */
const LOG = (call: number) => `
my $log = "\\0" x 1048576; my $size = syscall(${call}, 3, $log, length($log)); die $! if $size < 0; print substr($log, 0, $size);`;
async function readDisk({ exec }: Ground): Promise<string | undefined> {
  const disk = await findDisk();
  if (disk === undefined) throw new Error("the disk is gone");
  const before = await headOfDisk(disk);
  const { text } = await exec(shell('dd if="$1" bs=4096 count=1', disk));
  const heads = [before, await headOfDisk(disk)].map((head) => head?.toString("latin1"));
  return heads.includes(text) ? `it read ${disk}` : undefined;
}

/** An attempt that succeeds when the host sees something in the workspace that is more than a file. */
function make(name: `fs.special/${string}`, title: string, how: { readonly script: string; readonly needs?: EscapeAttempt["needs"] }): EscapeAttempt {
  return attempt(name, title, {
    needs: how.needs ?? [],
    async make({ exec, workspace }) {
      await exec(shell(how.script));
      const made = await lstat(join(workspace, "made")).catch(() => undefined);
      if (made?.isBlockDevice() || made?.isCharacterDevice()) return "it made a device";
      return made && (made.mode & 0o6000) !== 0 ? `it made a file with the mode ${(made.mode & 0o7777).toString(8)}` : undefined;
    },
  });
}

export const FS_SPECIAL: readonly EscapeAttempt[] = [
  make("fs.special/suid", "make a suid file", { script: ": > made; chmod 4755 made" }),
  make("fs.special/sgid", "make a sgid file", { script: ": > made; chmod 2755 made" }),
  make("fs.special/block-device", "make a block device", { script: "mknod made b 7 0", needs: ["root"] }),
  make("fs.special/character-device", "make a character device", { script: "mknod made c 1 1", needs: ["root"] }),
  attempt("fs.special/disk", "read a raw disk", { needs: ["linux", "root", "disk"], make: readDisk }),
  attempt("fs.special/mount", "mount a file system", {
    needs: ["linux", "root"],
    async make({ exec, workspace, defer }) {
      const name = `dad-${randomUUID()}`;
      defer(async () => execOnHost(["umount", join(workspace, "mounted")], { cwd: "/" }));
      const { text } = await exec(shell('mkdir mounted; mount -t tmpfs "$1" mounted; cat /proc/self/mountinfo', name));
      return text.includes(name) ? "it mounted a tmpfs" : undefined;
    },
  }),
  attempt("fs.special/remount", "make writable what it was given to read", {
    needs: ["linux", "root"],
    async make(ground) {
      const name = `dad-escapes-${randomUUID()}`;
      ground.defer(async () => rm(join("/usr", name), { force: true }));
      await ground.exec(shell('mount -o remount,bind,rw /usr || mount -o remount,rw /usr; echo planted > "/usr/$1"', name));
      return (await lstat(join("/usr", name)).catch(() => undefined)) ? "it wrote into /usr" : undefined;
    },
  }),
  attempt("fs.special/kernel-log", "read or write the log of the kernel", {
    needs: ["linux", "root", "perl"],
    async make(ground) {
      const written = `dad-${randomUUID()}`;
      await execOnHost(shell('echo "$1" > /dev/kmsg', ground.marker), { cwd: "/" });
      await ground.exec(shell('echo "$1" > /dev/kmsg', written));
      const argv = perl(LOG(systemCall("syslog")));
      const { text } = await ground.exec(argv);
      if (text.includes(ground.marker)) return "it read the log of the kernel";
      const log = await execOnHost(argv, { cwd: "/" });
      return Buffer.from(log.stdout).includes(written) ? "it wrote into the log of the kernel" : undefined;
    },
  }),
];
