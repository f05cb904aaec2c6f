import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seccompFilter } from "@dad/isolation-bubblewrap/seccomp";

/** What starts `bwrap` for a program that ends at once, with the flags, the filter and the user of a sandbox that this process has. */
export async function bareBwrap(directory: string): Promise<() => Promise<void>> {
  const { args, uid, gid } = await sandboxOfThis();
  const filter = join(directory, "filter");
  await writeFile(filter, seccompFilter(process.arch === "arm64" ? "arm64" : "x64"));
  return async () => {
    await using file = await open(filter);
    const child = spawn("bwrap", args, { stdio: ["ignore", "ignore", "inherit", file.fd], uid, gid });
    const [code] = (await once(child, "exit")) as [number];
    if (code !== 0) throw new Error(`bwrap ended with ${code}`);
  };
}

interface Bwrap {
  readonly args: readonly string[];
  readonly uid: number;
  readonly gid: number;
}

async function sandboxOfThis(): Promise<Bwrap> {
  const children = (await readFile(`/proc/self/task/${process.pid}/children`, "utf8")).trim().split(" ");
  for (const pid of children) {
    const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
    if (argv[0]?.endsWith("bwrap")) return { args: withoutSupervisor(argv.slice(1)), ...(await userOf(pid)) };
  }
  throw new Error(`no sandbox among the processes ${children.join(", ")}`);
}

/** The descriptors are others here: the filter is the third. */
function withoutSupervisor(argv: readonly string[]): readonly string[] {
  const flags = argv.slice(0, argv.indexOf("--"));
  const status = flags.indexOf("--json-status-fd");
  if (status >= 0) flags.splice(status, 2);
  const seccomp = flags.indexOf("--seccomp");
  flags.splice(seccomp, 2, "--seccomp", "3");
  return [...flags, "--", "/bin/true"];
}

async function userOf(pid: string): Promise<Pick<Bwrap, "uid" | "gid">> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const id = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { uid: id("Uid"), gid: id("Gid") };
}
