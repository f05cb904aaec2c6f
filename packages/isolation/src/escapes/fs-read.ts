import { randomUUID } from "node:crypto";
import { readFile, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { attempt, type EscapeAttempt, type Ground, leak } from "./attempt.ts";
import { HELD_FD, openBystander } from "./bystander.ts";
import { execOnHost } from "./exec-on-host.ts";
import { perl, shell, systemCall } from "./programs.ts";

const READ = 'cat -- "$1"';
/** By the descriptor, root and directory of whatever process can be seen. */
const READ_BY_ROOT = 'for root in /proc/[0-9]*/root; do cat -- "$root$1"; done; true';
const READ_BY_CWD = "for cwd in /proc/[0-9]*/cwd; do cat -- $cwd/secret; done; true";
/** `AT_FDCWD`, a handle of at most 128 bytes. */
const HANDLE = (call: number) => `
my ($handle, $mount) = (pack("Ii", 128, 0) . ("\\0" x 128), pack("i", 0));
syscall(${call}, -100, $ARGV[0], $handle, $mount, 0) == 0 or die $!;
print unpack("H*", $handle);`;
const OPEN_HANDLE = (call: number) => `
open(my $mount, "<", ".") or die; my $handle = pack("H*", $ARGV[0]);
my $fd = syscall(${call}, fileno($mount), $handle, 0); die $! if $fd < 0;
open(my $file, "<&=", $fd) or die $!; print <$file>;`;

const secretOf = ({ other }: Ground): string => join(other, "secret");
const homeSecretOf = ({ home }: Ground): string => join(home, "secret");

/** Prints a handle of the secret, made without isolation. */
async function handleOf(ground: Ground): Promise<string> {
  const argv = perl(HANDLE(systemCall("name_to_handle_at")), secretOf(ground));
  const { stdout } = await execOnHost(argv, { cwd: "/" });
  return Buffer.from(stdout).toString().split("\n").at(-1) ?? "";
}

export const FS_READ: readonly EscapeAttempt[] = [
  leak("fs.read/home", "read a file in the home of the user", { argv: (ground) => shell(READ, homeSecretOf(ground)) }),
  leak("fs.read/other-run", "read a file of another run by its path", { argv: (ground) => shell(READ, secretOf(ground)) }),
  leak("fs.read/parent", "read a file of another run through ..", { argv: ({ other }) => shell(READ, `../${basename(other)}/secret`) }),
  attempt("fs.read/users", "read the list of the users of the machine", {
    needs: ["linux"],
    async make(ground) {
      const users = await readFile("/etc/passwd", "latin1");
      const { text } = await ground.exec(shell("cat /etc/passwd"));
      return text.includes(users) ? "it read /etc/passwd" : undefined;
    },
  }),
  leak("fs.read/own-link", "read a file through a link that it makes", {
    argv: (ground) => shell('ln -s "$1" link && cat link', secretOf(ground)),
  }),
  leak("fs.read/own-linked-directory", "read a file through a link to a directory that it makes", {
    argv: ({ home }) => shell('ln -s "$1" link && cat link/secret', home),
  }),
  leak("fs.read/planted-link", "read a file through a link that was there before", {
    async argv(ground) {
      await symlink(homeSecretOf(ground), join(ground.workspace, "link"));
      return shell("cat link");
    },
  }),
  leak("fs.read/hard-link", "read a file through a hard link that it makes", {
    argv: (ground) => shell('ln "$1" link && cat link', secretOf(ground)),
  }),
  leak("fs.read/own-root", "read a file through its own root in /proc", {
    needs: ["linux"],
    argv: (ground) => shell('cat "/proc/self/root$1"', homeSecretOf(ground)),
  }),
  leak("fs.read/root-of-a-process", "read a file through the root of a process of the host", {
    needs: ["linux"],
    argv: (ground) => shell(READ_BY_ROOT, homeSecretOf(ground)),
  }),
  leak("fs.read/cwd-of-a-process", "read a file in the directory of a process of the host", {
    needs: ["linux"],
    async argv(ground) {
      await openBystander(ground);
      return shell(READ_BY_CWD);
    },
  }),
  leak("fs.read/open-file-of-a-process", "read a file that a process of the host has open", {
    needs: ["linux"],
    async argv(ground) {
      const { pid } = await openBystander(ground);
      return shell(READ, `/proc/${pid}/fd/${HELD_FD}`);
    },
  }),
  attempt("fs.read/list", "list the other runs", {
    async make(ground) {
      const { text } = await ground.exec(shell("ls -a .."));
      return text.includes(basename(ground.other)) ? "it saw the workspace of another run" : undefined;
    },
  }),
  attempt("fs.read/shared-memory", "read a file in the shared memory of the machine", {
    needs: ["linux"],
    async make(ground) {
      const path = `/dev/shm/dad-escapes-${randomUUID()}`;
      ground.defer(async () => execOnHost(["rm", "-f", path], { cwd: "/" }));
      await execOnHost(["cp", homeSecretOf(ground), path], { cwd: "/" });
      const { text } = await ground.exec(shell(READ, path));
      return text.includes(ground.marker) ? "it read /dev/shm" : undefined;
    },
  }),
  leak("fs.read/handle", "open a file by its handle instead of its path", {
    needs: ["linux", "root", "perl"],
    argv: async (ground) => perl(OPEN_HANDLE(systemCall("open_by_handle_at")), await handleOf(ground)),
  }),
];
