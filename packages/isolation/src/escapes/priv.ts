import { randomBytes, randomUUID } from "node:crypto";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../find-program.ts";
import { bootId } from "../proc.ts";
import { attempt, type EscapeAttempt, type Ground, leak } from "./attempt.ts";
import { execOnHost } from "./exec-on-host.ts";
import { perl, shell, systemCall } from "./programs.ts";

/** A user with no rights, for the control of a program that gives some. */
const NOBODY = 65_534;
/** `CLONE_NEWUSER`, and the signal of the end of a child. */
const [NEW_USER, SIGCHLD] = [0x1000_0000, 17];
const PRINT_NAMESPACE = 'print "in " . readlink("/proc/self/ns/user") . ";";';
const UNSHARE = (call: number) => `syscall(${call}, ${NEW_USER}) == 0 or die $!; ${PRINT_NAMESPACE}`;
const CLONE = (call: number) => `
my $pid = syscall(${call}, ${NEW_USER + SIGCHLD}, 0, 0, 0, 0); die $! if $pid < 0;
if ($pid == 0) { ${PRINT_NAMESPACE} exit 0; } waitpid($pid, 0);`;
const CLONE3 = (call: number) => `
my $arguments = pack("Q8", ${NEW_USER}, 0, 0, 0, ${SIGCHLD}, 0, 0, 0);
my $pid = syscall(${call}, $arguments, 64); die $! if $pid < 0;
if ($pid == 0) { ${PRINT_NAMESPACE} exit 0; } waitpid($pid, 0);`;

/**
 * Prints the real and the effective user of `su`, which is kept alive by a pipe that nobody reads: the size of a pipe is in pipe(7).
 * It only prints its help, and asks for no password.
 */
const RUN_SU = `
sh -c 'echo $$ > pid; head -c 65536 /dev/zero; exec su --help 2>&1' | sleep 2 &
i=0; until grep -q "^Name:.su$" "/proc/$(cat pid)/status" || [ $i -ge 30 ]; do sleep 0.05; i=$((i + 1)); done
grep "^Uid:" "/proc/$(cat pid)/status"; kill $!; wait`;

/** Adds a key that everybody may read to those of the user, and prints its number. `KEY_SPEC_USER_KEYRING`, `KEYCTL_SETPERM`. */
const ADD_KEY = (add: number, control: number) => `
my $type = "user"; my $serial = syscall(${add}, $type, $ARGV[0], $ARGV[1], length($ARGV[1]), -4); die $! if $serial < 0;
syscall(${control}, 5, $serial, 0x3f3f3f3f) == 0 or die $!; print "key $serial;";`;
/** `KEYCTL_READ`, by number and by name in all that can be searched: `KEYCTL_SEARCH`. */
const READ_KEY = (control: number) => `
my $type = "user";
my $read = sub { my $text = "\\0" x 128; my $size = syscall(${control}, 11, $_[0], $text, 128, 0); print substr($text, 0, $size) if $size > 0; };
$read->($ARGV[1] + 0);
for my $ring (-3, -5, -4) { my $serial = syscall(${control}, 10, $ring, $type, $ARGV[0], 0); $read->($serial) if $serial > 0; }`;
/** `KEYCTL_INVALIDATE`. */
const REMOVE_KEY = (control: number) => `syscall(${control}, 21, $ARGV[0] + 0);`;

/** `IPC_CREAT`, for everybody; `IPC_RMID`. */
const SHARE = "my $id = shmget($ARGV[0], 4096, 0x3b6); die $! unless defined $id; shmwrite($id, $ARGV[1], 0, length($ARGV[1])) or die $!;";
const READ_SHARED = "my $id = shmget($ARGV[0], 0, 0); die $! unless defined $id; my $text; shmread($id, $text, 0, 4096) or die $!; print $text;";
const REMOVE_SHARED = "shmctl(shmget($ARGV[0], 0, 0), 0, 0);";

const onHost = async (argv: readonly [string, ...string[]]): Promise<string> => Buffer.from((await execOnHost(argv, { cwd: "/" })).stdout).toString();

/** An attempt that succeeds when a command comes to be in another user namespace than its own. */
function enter(name: `priv.namespaces/${string}`, title: string, code: string): EscapeAttempt {
  return attempt(name, title, {
    needs: ["linux", "perl", "userNamespaces"],
    async make({ exec }) {
      const [, own] = /in (\S+);/.exec((await exec(perl(PRINT_NAMESPACE))).text) ?? [];
      const [, made] = /in (\S+);/.exec((await exec(perl(code))).text) ?? [];
      if (own === undefined) throw new Error("the namespace of a command is not to be seen");
      return made !== undefined && made !== own ? `it came from ${own} to ${made}` : undefined;
    },
  });
}

async function shareKey(ground: Ground): Promise<readonly [string, string]> {
  const description = `dad-${randomUUID()}`;
  const control = systemCall("keyctl");
  const printed = await onHost(perl(ADD_KEY(systemCall("add_key"), control), description, ground.marker));
  const [, serial] = /key (\d+);/.exec(printed) ?? [];
  if (serial === undefined) throw new Error("no key can be added");
  ground.defer(async () => onHost(perl(REMOVE_KEY(control), serial)));
  return [description, serial];
}

export const PRIV: readonly EscapeAttempt[] = [
  enter("priv.namespaces/unshare", "make a user namespace", UNSHARE(systemCall("unshare"))),
  enter("priv.namespaces/clone", "start a process in a user namespace of its own", CLONE(systemCall("clone"))),
  enter("priv.namespaces/clone3", "start a process in a user namespace of its own by another call", CLONE3(systemCall("clone3"))),
  attempt("priv.noNewPrivs/capabilities", "hold a capability", {
    needs: ["linux", "root"],
    async make({ exec }) {
      const { text } = await exec(shell("cat /proc/self/status"));
      const held = [...text.matchAll(/^(Cap(?:Inh|Prm|Eff|Amb)):\s+([0-9a-f]+)$/gm)].filter(([, , set]) => /[^0]/.test(set ?? ""));
      return held.length > 0 ? `it has ${held.map(([line]) => line.replace(/\s+/, " ")).join(", ")}` : undefined;
    },
  }),
  attempt("priv.noNewPrivs/flag", "gain a capability from a program", {
    needs: ["linux"],
    async make({ exec }) {
      const { text } = await exec(shell("cat /proc/self/status"));
      const [, flag] = /^NoNewPrivs:\s+(\d)$/m.exec(text) ?? [];
      return flag === "1" ? undefined : `its NoNewPrivs is ${flag}`;
    },
  }),
  attempt("priv.suid/run", "become another user by a suid program", {
    needs: ["linux", "root"],
    async make({ exec, workspace }) {
      const program = join(workspace, "id");
      await copyFile(await findProgram("id", { cwd: "/", path: "/usr/bin:/bin" }), program);
      await chmod(program, 0o4755);
      const { text } = await exec(shell("./id -ru; ./id -u"), { controlUid: NOBODY });
      const [real, effective] = text.trim().split("\n");
      return effective !== undefined && effective !== real ? `user ${real} became user ${effective}` : undefined;
    },
  }),
  attempt("priv.suid/su", "become root by a program of the machine", {
    needs: ["linux", "su"],
    async make({ exec }) {
      const { text } = await exec(shell(RUN_SU), { controlUid: NOBODY });
      const [, real, effective] = /^Uid:\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
      return effective !== undefined && effective !== real ? `user ${real} became user ${effective}` : undefined;
    },
  }),
  leak("priv.ipc/shared-memory", "read shared memory of the machine", {
    needs: ["linux", "perl"],
    async argv(ground) {
      const key = String(randomBytes(4).readUInt32LE() >>> 1);
      ground.defer(async () => onHost(perl(REMOVE_SHARED, key)));
      await onHost(perl(SHARE, key, ground.marker));
      return perl(READ_SHARED, key);
    },
  }),
  leak("priv.ipc/keys", "read a key of the user", {
    needs: ["linux", "perl", "keys"],
    argv: async (ground) => perl(READ_KEY(systemCall("keyctl")), ...(await shareKey(ground))),
  }),
  attempt("priv.ipc/domain-name", "change the domain name of the machine", {
    needs: ["linux", "root", "perl"],
    async make(ground) {
      const path = "/proc/sys/kernel/domainname";
      const before = (await readFile(path, "latin1")).trim();
      const code = `my $file; if (open($file, ">", "${path}")) { print $file $ARGV[0]; close($file); } syscall(${systemCall("setdomainname")}, $ARGV[0], length($ARGV[0]));`;
      ground.defer(async () => onHost(perl(code, before)));
      await ground.exec(perl(code, `dad-${ground.marker}`));
      return (await readFile(path, "latin1")).includes(ground.marker) ? "it changed the domain name" : undefined;
    },
  }),
  attempt("priv.kernel/boot", "run on the kernel of the machine", {
    needs: ["linux"],
    async make({ exec }) {
      const [own, { text }] = await Promise.all([bootId(), exec(shell("cat /proc/sys/kernel/random/boot_id"))]);
      return text.trim() === own ? "its kernel was booted with the machine" : undefined;
    },
  }),
];
