import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RULES, type SeccompArch, seccompFilter, type Syscall, syscallNumber } from "@dad/isolation-bubblewrap/seccomp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const BUBBLEWRAP = "bwrap";
const ARCH = process.arch as SeccompArch;
const ERRNO = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };

type Call = readonly [name: Syscall, ...args: (number | string)[]];

/** Calls what its standard input says, a call a line, and prints the error of each. What begins with a slash is a string. */
const CALLER = `
  while (<STDIN>) {
    my ($nr, @args) = map { m{^/} ? $_ : $_ + 0 } split;
    $! = 0;
    print syscall($nr, @args) == -1 ? $! + 0 : 0, "\\n";
  }`;

/** The node that runs this, which may be somewhere below `/tmp`. */
const NODE_DIRECTORY = dirname(process.execPath);
const NODE = ["--ro-bind", NODE_DIRECTORY, NODE_DIRECTORY];

describe("the seccomp filter in a sandbox of this machine", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "dad-seccomp-"));
    writeFileSync(join(directory, "filter"), seccompFilter(ARCH));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** In the same sandbox with and without the filter, so that only the filter makes the difference. */
  function sandboxed(filtered: boolean, argv: readonly string[], input = ""): { readonly status: number | null; readonly output: string } {
    const fd = openSync(join(directory, "filter"), "r");
    const sandbox = ["--unshare-user", "--unshare-pid", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev"];
    const place = ["--proc", "/proc", "--tmpfs", "/tmp", ...NODE, "--chdir", "/tmp", "--setenv", "HOME", "/tmp"];
    try {
      const { error, status, stdout, stderr } = spawnSync(
        BUBBLEWRAP,
        [...sandbox, ...place, ...(filtered ? ["--seccomp", "3"] : []), "--", ...argv],
        {
          stdio: ["pipe", "pipe", "pipe", fd],
          input,
          encoding: "utf8",
        },
      );
      if (error) throw new Error("bubblewrap does not start: apt-get install bubblewrap", { cause: error });
      return { status, output: stdout + stderr };
    } finally {
      closeSync(fd);
    }
  }

  /** Of each call as often as it returned: a process that was made returns as well. */
  function errorsOf(filtered: boolean, calls: readonly Call[]): readonly (readonly [Syscall, number])[] {
    const lines = calls.map(([name, ...args]) => [syscallNumber(name, ARCH), ...args].join(" ")).join("\n");
    const { status, output } = sandboxed(filtered, ["perl", "-e", CALLER], `${lines}\n`);
    if (status !== 0) throw new Error(`the calls were not made (they need perl: apt-get install perl-base): ${output}`);
    return output
      .trim()
      .split("\n")
      .map((error, index) => [calls[index]?.[0] ?? "ptrace", Number(error)]);
  }

  const refused: readonly (readonly [keyof typeof ERRNO, Call])[] = [
    ["EPERM", ["keyctl", 0, -3, 1]],
    ["EPERM", ["personality", 0xffffffff]],
    ["EPERM", ["process_vm_readv", 0, 0, 0, 0, 0, 0]],
    ["EPERM", ["add_key", 0, 0, 0, 0, 0]],
    ["EPERM", ["pidfd_getfd", -1, 0, 0]],
    ["EPERM", ["ioctl", 0, 0x5412, 0]],
    ["EPERM", ["mkdirat", -100, "/tmp/directory", 0o2755]],
    ["EPERM", ["openat", -100, "/tmp/file", 0o102, 0o4755]],
    ["EPERM", ["fchmodat", -100, "/tmp", 0o2777]],
    ["EAFNOSUPPORT", ["socket", 16, 3, 15]],
    ["ENOSYS", ["clone3", 0, 0]],
    ["ENOSYS", ["openat2", -100, "/tmp", 0, 0]],
    ["EPERM", ["clone", 0x10000000 + 0x11, 0, 0, 0, 0, 0]],
    ["EPERM", ["unshare", 0x10000000]],
    ["EPERM", ["ptrace", 16, -1, 0, 0]],
  ];

  it.each(refused)("answers %s to %j, which does not fail so without it", (errno, call) => {
    const values: readonly number[] = Object.values(ERRNO);
    for (const [, error] of errorsOf(false, [call])) expect(values).not.toContain(error);
    expect(errorsOf(true, [call])).toEqual([[call[0], ERRNO[errno]]]);
  });

  it("answers every call that is never allowed as the rules say", () => {
    const never = RULES.filter(({ when }) => when === undefined).flatMap(({ calls, fails }) => calls.map((name) => ({ name, fails })));
    const present = never.filter(({ name }) => syscallNumber(name, ARCH) !== undefined);
    const errors = errorsOf(
      true,
      present.map(({ name }) => [name, 0, 0, 0, 0, 0, 0]),
    );
    expect(errors).toEqual(present.map(({ name, fails }) => [name, ERRNO[fails]]));
  });

  it("refuses a user namespace in the sandbox to the program that makes them", () => {
    expect(sandboxed(false, ["unshare", "-U", "true"])).toMatchObject({ status: 0 });
    expect(sandboxed(true, ["unshare", "-U", "true"])).toMatchObject({ status: 1, output: expect.stringContaining("Operation not permitted") });
  });

  it("keeps a shell from making a program that runs as its owner", () => {
    const make = ["sh", "-c", "cp /bin/true t && chmod 4755 t && test -u t"];
    expect(sandboxed(false, make).status).toBe(0);
    expect(sandboxed(true, make)).toMatchObject({ status: 1, output: expect.stringContaining("Operation not permitted") });
  });

  it("lets Node work: threads, processes, files, a server on the loopback device", () => {
    const program = `
      const { execFileSync } = require("node:child_process"), { Worker } = require("node:worker_threads"), fs = require("node:fs");
      fs.mkdirSync("d", { mode: 0o777 }); fs.writeFileSync("d/f", "x", { mode: 0o755 }); fs.chmodSync("d/f", 0o600);
      const server = require("node:http").createServer((_, reply) => reply.end("server")).listen(0, "127.0.0.1", async () => {
        const reply = await (await fetch("http://127.0.0.1:" + server.address().port)).text();
        server.close();
        new Worker("require('node:worker_threads').parentPort.postMessage('thread')", { eval: true }).on("message", (thread) =>
          console.log(reply, thread, execFileSync("echo", ["process"]).toString().trim(), fs.statSync("d/f").size));
      });`;
    expect(sandboxed(true, [process.execPath, "-e", program])).toEqual({ status: 0, output: "server thread process 1\n" });
  });

  it("lets git and a shell with pipes work", () => {
    const identity = "-c user.name=a -c user.email=a@example.org";
    const script = `git init -q r && cd r && echo x > f && git add f && git ${identity} commit -qm m && git log --oneline | wc -l && mkfifo p && test -p p`;
    expect(sandboxed(true, ["sh", "-c", script])).toEqual({ status: 0, output: "1\n" });
  });
});
