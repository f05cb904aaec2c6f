import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, lstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Duplex, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { AGENT } from "./agent.ts";
import { type CreateBody, type FakeHostConfig, readSeccomp } from "./bodies.ts";
import { compileSeccomp } from "./seccomp.ts";

/** What the first process of a fake image finds: the programs of this machine, and the node that runs the tests. */
const NODE_ROOT = dirname(dirname(process.execPath));
export const IMAGE_PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
const OLD_PLACES = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];
const SHELL_OF_AGENT = [process.execPath, "-e", AGENT];

export type FromAgent = { readonly id: string } & (
  | { readonly type: "stdout" | "stderr"; readonly data: string }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "exit"; readonly code: number }
  | { readonly type: "close" }
);

/** A container that runs: bubblewrap, and the agent in it. */
export interface Sandbox {
  tell(message: object): void;
  /** Every process of it is killed. Resolves when none is left. */
  kill(): Promise<void>;
  readonly ended: Promise<void>;
  /** The process of the host that is the first one inside. */
  readonly pid: number;
}

/** Starts what a container is, by what the host config says and nothing else: what it forgets to close is open. */
export async function startSandbox(body: CreateBody, env: Record<string, string>, onMessage: (message: FromAgent) => void): Promise<Sandbox> {
  const scratch = mkdtempSync(join(tmpdir(), "fake-engine-"));
  const filter = filterFile(scratch, body.HostConfig);
  // Inside a user namespace, processes of this user outside of it do not count.
  const [outside, inside] = isRoot ? [limits(body.HostConfig), []] : [[], limits(body.HostConfig)];
  const sandboxed = [...inside, ...asUser(body), ...SHELL_OF_AGENT];
  const argv = [...outside, "bwrap", ...bubblewrap(body, env, filter !== undefined), "--", ...sandboxed];
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", filter ?? "ignore"], detached: true, env: {} });
  if (filter !== undefined) closeSync(filter);
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const exited = once(child, "exit").then(() => rmSync(scratch, { recursive: true, force: true }));
  const channel = child.stdio[3] as Duplex;
  channel.on("error", () => undefined);
  const ready = Promise.withResolvers<void>();
  createInterface({ input: channel })
    // It ends together with what is at its other end.
    .on("error", () => undefined)
    .on("line", (line) => {
      const message = JSON.parse(line) as FromAgent | { readonly type: "ready" };
      if (message.type === "ready") ready.resolve();
      else onMessage(message);
    });
  const pid = firstPid(child);
  // Where bubblewrap says nothing, why it did not start is told below.
  pid.catch(() => undefined);
  await Promise.race([ready.promise, exited.then(() => Promise.reject(new Error(`bubblewrap: ${said.trim()}`)))]);
  return sandboxOf({ child, channel, exited, pid: await pid });
}

interface Parts {
  readonly child: ChildProcess;
  readonly channel: Duplex;
  readonly exited: Promise<void>;
  readonly pid: number;
}

function sandboxOf({ child, channel, exited, pid }: Parts): Sandbox {
  return {
    tell: (message) => void channel.write(`${JSON.stringify(message)}\n`),
    async kill() {
      // The first process of a namespace takes all others with it, and its parent then exits.
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, "SIGKILL");
      await exited;
    },
    ended: exited,
    pid,
  };
}

async function firstPid(child: ChildProcess): Promise<number> {
  const info = (await buffer(child.stdio[4] as Readable)).toString();
  return (JSON.parse(info) as { readonly "child-pid": number })["child-pid"];
}

const isRoot = process.getuid?.() === 0;

function bubblewrap(body: CreateBody, env: Record<string, string>, filtered: boolean): readonly string[] {
  const { HostConfig: host, Hostname } = body;
  const [uid = "", gid = ""] = body.User.split(":");
  // Root of a rootless engine is who started it.
  if (!isRoot && !["0", String(process.getuid?.())].includes(uid)) throw new Error(`without root the fake cannot run anybody else: ${uid}`);
  return [
    "--die-with-parent",
    "--unshare-pid",
    "--info-fd",
    "4",
    ...(filtered ? ["--seccomp", "5"] : []),
    ...(!isRoot && uid === "0" && !host.CapDrop.includes("ALL") ? ["--cap-add", "ALL"] : []),
    ...(isRoot ? ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"] : ["--unshare-user", "--uid", uid, "--gid", gid]),
    ...(host.NetworkMode === "host" ? [] : ["--unshare-net"]),
    ...(host.IpcMode === "host" ? [] : ["--unshare-ipc"]),
    ...(host.CgroupnsMode === "private" ? ["--unshare-cgroup-try"] : []),
    ...(Hostname === undefined ? [] : ["--unshare-uts", "--hostname", Hostname]),
    ...rootFiles(),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--perms",
    "1777",
    "--size",
    String(host.ShmSize),
    "--tmpfs",
    "/dev/shm",
    ...mounts(host),
    // What belongs to the image is there also where its place on this machine is below what the container hides, such as /tmp.
    ...bound(NODE_ROOT),
    ...(host.ReadonlyRootfs ? ["--remount-ro", "/"] : []),
    "--chdir",
    "/",
    "--clearenv",
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

function rootFiles(): readonly string[] {
  const old = OLD_PLACES.flatMap((place) => {
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (!found) return [];
    return found.isSymbolicLink() ? ["--symlink", `usr${place}`, place] : ["--ro-bind", place, place];
  });
  return ["--ro-bind", "/usr", "/usr", ...old, ...bound("/etc/alternatives")];
}

function bound(place: string): readonly string[] {
  return [...waysTo(place), "--ro-bind-try", place, place];
}

/** Makes the directories on the way as an engine makes them: for everybody to pass. */
function waysTo(path: string): readonly string[] {
  const parts = dirname(path).split("/").slice(1);
  return parts.flatMap((part, at) => (part === "" ? [] : ["--perms", "755", "--dir", `/${parts.slice(0, at + 1).join("/")}`]));
}

/** As the engine does: the shallow ones first, of whatever kind they are. */
function mounts({ Mounts, Tmpfs }: FakeHostConfig): readonly string[] {
  const depth = (path: string): number => path.split("/").length;
  return [
    ...Object.entries(Tmpfs).map(([target, options]) => ({ target, args: tmpfs(target, options) })),
    ...Mounts.map(({ Source, Target, ReadOnly }) => ({ target: Target, args: [ReadOnly ? "--ro-bind" : "--bind", Source, Target] })),
  ]
    .toSorted((one, other) => depth(one.target) - depth(other.target))
    .flatMap(({ target, args }) => [...waysTo(target), ...args]);
}

function tmpfs(target: string, text: string): readonly string[] {
  const options = text.split(",");
  const value = (name: string): string | undefined => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  for (const flag of ["rw", "exec", "nosuid", "nodev"])
    if (!options.includes(flag)) throw new Error(`the fake cannot mount ${target} without ${flag}`);
  return ["--perms", value("mode") ?? "1777", ...(value("size") ? ["--size", value("size") ?? ""] : []), "--tmpfs", target];
}

function limits({ Ulimits, PidsLimit }: FakeHostConfig): readonly string[] {
  return [
    "prlimit",
    ...Ulimits.map(({ Name, Soft, Hard }) => `--${Name}=${Soft}:${Hard}`),
    ...(PidsLimit === undefined ? [] : [`--nproc=${PidsLimit}:${PidsLimit}`]),
    "--",
  ];
}

/** Where the fake is root it is one more user that has to be left, as in a real engine. */
function asUser({ User, HostConfig: { CapDrop } }: CreateBody): readonly string[] {
  if (!isRoot) return [];
  const [uid = "", gid = ""] = User.split(":");
  const dropped = CapDrop.includes("ALL") ? ["--bounding-set=-all", "--inh-caps=-all"] : [];
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...dropped, "--"];
}

function filterFile(scratch: string, { SecurityOpt }: FakeHostConfig): number | undefined {
  const profile = readSeccomp(SecurityOpt);
  if (!profile) return undefined;
  const path = join(scratch, "filter");
  writeFileSync(path, compileSeccomp(profile));
  return openSync(path, "r");
}
