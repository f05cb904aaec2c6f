import { chmod, lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftOf, openHost, print, processesWith, type TestHost } from "./host.ts";

describe("a sandbox", () => {
  let host: TestHost;
  beforeEach(async () => {
    host = await openHost();
  });
  afterEach(async () => host[Symbol.asyncDispose]());

  it("serves all commands of a space, until it is ended", async () => {
    const space = await host.open();
    await print(space, "echo first >/tmp/mark");
    expect(await print(space, "cat /tmp/mark")).toBe("first");
    expect(await print(await host.open(), "cat /tmp/mark")).toBe("");
    await space.kill();
    expect(await print(space, "cat /tmp/mark")).toBe("");
  });

  it("may change what the host has put into its workspace between two commands", async () => {
    const space = await host.open();
    await print(space, "mkdir given");
    await mkdir(join(space.cwd, "made"));
    await writeFile(join(space.cwd, "made/file"), "host");
    await writeFile(join(space.cwd, "given/file"), "host");
    expect(await print(space, "echo own >made/file && echo own >given/file && touch made/other && cat made/file given/file")).toBe("own\nown");
  });

  it("serves fifty commands at once, each with what it was given", async () => {
    const space = await host.open();
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const { stdout, stderr, exitCode } = await space.exec({
          argv: ["sh", "-c", 'cat; echo "$1" >&2; exit "$1"', "sh", String(index)],
          stdin: `in ${index}`,
        });
        return [Buffer.from(stdout).toString(), Buffer.from(stderr).toString(), exitCode];
      }),
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => [`in ${index}`, `${index}\n`, index]));
  });

  it("holds nothing of the hundreds of commands that it has served", async () => {
    const space = await host.open();
    const held = async (): Promise<readonly unknown[]> => {
      // Not what says what is to run now, nor who else counts.
      const shown = await print(space, "ls /run/dad | grep -vc sh; ls /proc >/tmp/list; grep -c '^[0-9]' /tmp/list; ls /proc/2/fd | wc -l");
      return [shown, (await readdir("/proc/self/fd")).length];
    };
    const before = await held();
    for (let done = 0; done < 300; done++) await space.exec({ argv: ["true"] });
    expect(await held()).toEqual(before);
  });

  it("gives a command any arguments and any variables as they are", async () => {
    const space = await host.open();
    const text = fc.string({ unit: "binary", maxLength: 30 }).filter((value) => !value.includes("\0"));
    const name = fc.stringMatching(/^[a-z@.:-]{1,10}$/).map((value) => `x${value}`);
    const code = "process.stdout.write(JSON.stringify([process.argv.slice(1), process.env]))";
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), fc.dictionary(name, text, { maxKeys: 4 }), async (args, env) => {
        const { stdout } = await space.exec({ argv: [process.execPath, "-e", code, "--", ...args], env });
        const [given, variables] = JSON.parse(Buffer.from(stdout).toString()) as [string[], Record<string, string>];
        expect(given).toEqual(args);
        expect(variables).toEqual({ ...space.env, ...env });
      }),
      { numRuns: 15 },
    );
  });

  it("keeps no variable of a command for those that come later", async () => {
    const space = await host.open();
    const secret = `${Math.random()}`.slice(2);
    const seen = "cat /run/dad/*.sh; true";
    expect((await space.exec({ argv: ["sh", "-c", seen], env: { TOKEN: secret } })).exitCode).toBe(0);
    expect(await print(space, seen)).not.toContain(secret);
  });

  it("lets nobody reach for its first process, which ends it with its host", async () => {
    const space = await host.open();
    expect(await print(space, "ls -A /proc/1; for at in mem task/1/mem; do (: <>/proc/1/$at) 2>/dev/null && echo open; done; : >/proc/1/own")).toBe(
      "",
    );
    expect(await print(space, "kill -KILL 1; kill -STOP 1; echo alive")).toBe("alive");
  });

  it("ends a command in time also when another one has ended what tells of it", async () => {
    const space = await host.open();
    const mark = `${Math.random()}`.slice(2);
    const begun = Promise.withResolvers<void>();
    const honest = space.exec({ argv: ["sh", "-c", `echo; while :; do sleep 1; done`, mark] }, { timeoutMs: 1500, onOutput: () => begun.resolve() });
    await begun.promise;
    const hold = "exec 6<>/run/dad/0.status 7<>/run/dad/1.status 8<>/run/dad/2.status 9<>/run/dad/3.status";
    const isHonest = '[ $at != /proc/$$ ] && grep -qzxF "$1" $at/cmdline';
    const endTeller = `for at in /proc/[0-9]*; do ${isHonest} && read -r _ _ _ teller _ <$at/stat && kill -KILL $teller; done`;
    const hostile = space.exec({ argv: ["bash", "-c", `${hold}; ${endTeller}; exec sleep 1000`, "bash", mark] });
    expect(await honest).toMatchObject({ reason: "timeout" });
    expect(await hostile).toMatchObject({ reason: "signaled" });
  });

  it("starts a program whose name looks like a variable", async () => {
    const space = await host.open();
    const program = join(space.cwd, "a=b");
    await writeFile(program, '#!/bin/sh\necho "ran $1"\n');
    await chmod(program, 0o755);
    expect(Buffer.from((await space.exec({ argv: ["./a=b", "it"] })).stdout).toString()).toBe("ran it\n");
  });

  it("ignores no signal for a command, and gives it no descriptor but the usual ones", async () => {
    const space = await host.open();
    expect(await print(space, "grep SigIgn /proc/self/status")).toMatch(/SigIgn:\s*0+$/);
    const others = 'for at in /proc/$$/fd/*; do case ${at##*/} in 0|1|2) ;; *) readlink "$at" ;; esac; done';
    expect((await print(space, others)).split("\n").filter((target) => target !== "" && target !== "/dev/null")).toEqual([]);
  });

  it("tells that all was ended by a command that ended all, and begins anew", async () => {
    const space = await host.open();
    expect(await space.exec({ argv: ["sh", "-c", "kill -KILL -1; sleep 1000"] })).toMatchObject({ reason: "signaled", signal: "SIGKILL" });
    expect(await print(space, "echo again")).toBe("again");
  });

  it("ends a command in time also when what starts commands was stopped", async () => {
    const space = await host.open();
    const stopping = space.exec({ argv: ["sh", "-c", "kill -STOP 2; sleep 1000"] }, { timeoutMs: 300 });
    expect(await stopping).toMatchObject({ reason: "timeout" });
    expect(await print(space, "echo again")).toBe("again");
  });

  it("leaves a daemon of a command that was ended alive while another command runs, and no longer", async () => {
    const space = await host.open();
    const mark = `${Math.random()}`.slice(2);
    const leave = space.exec({ argv: ["sh", "-c", `setsid sh -c 'while :; do sleep 0.1; done' ${mark} & exec sleep 1000`] }, { timeoutMs: 300 });
    const other = space.exec({ argv: ["sleep", "1000"] }, { timeoutMs: 1500 });
    expect(await leave).toMatchObject({ reason: "timeout" });
    expect(await processesWith(mark)).toHaveLength(1);
    expect(await other).toMatchObject({ reason: "timeout" });
    await expect.poll(() => processesWith(mark)).toEqual([]);
  });

  it("sees no file of the host but what it was given", async () => {
    const space = await host.open();
    expect((await print(space, "ls -A /")).split("\n").toSorted()).toEqual(expect.arrayContaining(["dev", "etc", "proc", "run", "tmp", "usr"]));
    expect(await print(space, "ls -A /root /home /var /work 2>/dev/null | grep -v : | head -3; cat /etc/passwd | cut -d: -f1")).not.toContain("root");
  });

  it("leads a mount nowhere by a link that another run has left", async () => {
    const outside = join(host.directory, "outside");
    await mkdir(outside);
    const workspace = join(host.directory, "shared");
    const first = await host.open({ network: { mode: "none" } }, workspace);
    await print(first, 'ln -s "/oldroot$1" link', outside);
    await first[Symbol.asyncDispose]();
    const mounts = [{ path: host.directory, at: join(workspace, "link", "planted"), mode: "ro" as const }];
    await expect(host.open({ mounts }, workspace)).rejects.toMatchObject({ code: "ISOLATION_POLICY_INVALID" });
    expect(await readdir(outside)).toEqual([]);
  });

  it("leaves nothing on the machine when its space is closed, and the workspace as it was owned", async () => {
    const workspace = join(host.directory, "kept");
    await mkdir(join(workspace, "sub"), { recursive: true });
    await writeFile(join(workspace, "sub", "file"), "");
    await symlink("/etc", join(workspace, "link"));
    const before = await owners(workspace, ["", "sub", "sub/file", "link"]);
    const space = await host.open({ limits: { memoryBytes: 256 * 1024 * 1024 } }, workspace);
    await print(space, 'echo > made; chmod 000 made; mkdir -p "$HOME/x/y"; chmod 000 "$HOME/x"; setsid sleep 1000 &');
    // Deeper than a path may be long.
    await print(space, `cd "$HOME"; while mkdir ${"a".repeat(200)} && cd ${"a".repeat(200)}; do :; done`);
    expect(await leftOf(process.pid)).not.toEqual([]);
    await space[Symbol.asyncDispose]();
    expect(await leftOf(process.pid)).toEqual([]);
    expect(await owners(workspace, ["", "sub", "sub/file", "link"])).toEqual(before);
    expect(await owners(workspace, ["made"])).toEqual(before.slice(0, 1));
    expect((await lstat("/etc")).uid).toBe(0);
  });

  it("makes nothing on the machine for a command of a space that is closed before it began", async () => {
    for (let turns = 0; turns < 20; turns++) {
      const space = await host.open();
      const told = space.exec({ argv: ["sleep", "1000"] }).then(
        ({ reason }) => reason,
        (error: { readonly code: unknown }) => error.code,
      );
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      await space[Symbol.asyncDispose]();
      expect(await told, `closed after ${turns} turns`).toMatch(/^(ISOLATION_CLOSED|aborted)$/);
      expect(await leftOf(process.pid)).toEqual([]);
    }
  });
});

async function owners(directory: string, names: readonly string[]): Promise<readonly string[]> {
  const stats = await Promise.all(names.map((name) => lstat(join(directory, name))));
  return stats.map(({ uid, gid }) => `${uid}:${gid}`);
}
