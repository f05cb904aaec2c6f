import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IsolationAdapter, IsolationPolicy, IsolationSpace } from "@dad/isolation";
import { bubblewrapIsolation, type BubblewrapIsolationOptions } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";

/** Spaces of one adapter, each with a workspace, all closed and removed at the end. */
export interface TestHost extends AsyncDisposable {
  readonly adapter: IsolationAdapter;
  readonly directory: string;
  open(policy?: IsolationPolicy, workspace?: string, runId?: string): Promise<IsolationSpace>;
}

export async function openHost(options: BubblewrapIsolationOptions = {}): Promise<TestHost> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "dad-bubblewrap-test-")));
  const adapter = bubblewrapIsolation({ hostEnv: process.env, graceMs: 100, ...options });
  const spaces: IsolationSpace[] = [];
  return {
    adapter,
    directory,
    async open(policy = {}, workspace = join(directory, `workspace-${spaces.length}`), runId = "run1") {
      await mkdir(workspace, { recursive: true });
      const space = await adapter.open({ runId: RunId.parse(runId), workspace, policy });
      spaces.push(space);
      return space;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(spaces.map((space) => space[Symbol.asyncDispose]()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a shell in a space prints. */
export async function print(space: IsolationSpace, script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await space.exec({ argv: ["sh", "-c", script, "sh", ...args] });
  return Buffer.from(stdout).toString().trimEnd();
}

/** The processes of this machine that have a text in their command line. */
export async function processesWith(text: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")));
  return pids.filter((_, index) => lines[index]?.includes(text)).map(Number);
}

/** What the adapter has in the temporary directory and for its users, of one process. */
export async function leftOf(pid: number): Promise<readonly string[]> {
  const names = await readdir(tmpdir());
  const own = names.filter((name) => name.startsWith(`dad-bwrap-${pid}.`) || name.startsWith(`dad-home-${pid}.`));
  const locks = await readdir("/run/dad-users").catch(() => []);
  const owners = await Promise.all(locks.map((name) => readFile(join("/run/dad-users", name), "utf8").catch(() => "")));
  return [...own, ...locks.filter((_, index) => owners[index]?.startsWith(`${pid}.`)).map((name) => `user ${name}`), ...(await groupsOf(pid))];
}

async function groupsOf(pid: number): Promise<readonly string[]> {
  const hierarchies = await readdir("/sys/fs/cgroup").catch(() => []);
  const names = await Promise.all(["", ...hierarchies].map((name) => readdir(join("/sys/fs/cgroup", name)).catch(() => [])));
  return names.flat().filter((name) => name.startsWith("dad-") && name.includes(`-${pid}.`));
}
