import { constants } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeSqlite } from "@dad/disk";
import { guardsWith, type IsolationAdapter, type IsolationProbe } from "@dad/isolation";
import { gitVersion } from "@dad/outcome-git";
import { DadError, type IsolationReport, type MachineCheck, type MachineReport, messageOf } from "@dad/protocol";

export interface ExamineMachineOptions {
  /** Where runs are, or are to be: an absolute path of a directory. Default: the temporary directory. */
  readonly directory?: string;
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  readonly adapters: readonly IsolationAdapter[];
  readonly signal?: AbortSignal;
}

/** What this machine can do of what runs use. Leaves nothing behind. A check that fails is a result. */
export async function examineMachine({ directory = tmpdir(), hostEnv, adapters, signal }: ExamineMachineOptions): Promise<MachineReport> {
  const checks = [node(), await git(hostEnv?.["PATH"]), sqlite(), await reflink(directory)];
  const isolation = await Promise.all(adapters.map((adapter) => isolationReport(adapter, signal)));
  return { format: "dad.doctor/1", checks, isolation };
}

/** The first that packages of this workspace run on. */
const NODE_NEEDED = [22, 15] as const;

function node(): MachineCheck {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const name = "Node";
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return { name, status: "fine", detail: process.versions.node };
  return { name, status: "missing", detail: `${process.versions.node} is too old`, remedy: `install Node ${NODE_NEEDED.join(".")} or newer` };
}

async function git(path: string | undefined): Promise<MachineCheck> {
  const name = "git";
  try {
    return { name, status: "fine", detail: await gitVersion({ path }) };
  } catch (error) {
    if (!DadError.is(error, "GIT_UNAVAILABLE")) throw error;
    return {
      name,
      status: "missing",
      detail: error.message,
      remedy:
        "install git with the package manager of the system, such as: apt-get install git; until then, make runs without an outcome (--no-outcome)",
    };
  }
}

function sqlite(): MachineCheck {
  const found = runtimeSqlite();
  if (found) return { name: "SQLite", status: "fine", detail: "that of Node" };
  return {
    name: "SQLite",
    status: "missing",
    detail: "this Node has none, and runs are locked by it",
    remedy: "use a Node that was built with SQLite",
  };
}

async function reflink(directory: string): Promise<MachineCheck> {
  const name = "reflink";
  const place = await mkdtemp(join(directory, ".dad-doctor-")).catch((error: unknown) => ({ problem: messageOf(error) }));
  if (typeof place !== "string")
    return { name, status: "limited", detail: `${directory} cannot be written to: ${place.problem}`, remedy: "run this where runs are to be" };
  try {
    await writeFile(join(place, "one"), "x");
    await copyFile(join(place, "one"), join(place, "other"), constants.COPYFILE_FICLONE_FORCE);
    return { name, status: "fine", detail: "copies of files share their content" };
  } catch {
    const remedy = "put runs on btrfs, XFS or APFS if working trees are large";
    return { name, status: "limited", detail: "the file system copies the content of files", remedy };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function isolationReport(adapter: IsolationAdapter, signal: AbortSignal | undefined): Promise<IsolationReport> {
  const {
    available,
    guards,
    problems,
    facts = {},
  } = await adapter.probe(signal ? { signal } : {}).catch((error: unknown): IsolationProbe => {
    signal?.throwIfAborted();
    const problem = { message: messageOf(error), remedy: `look into what ${adapter.name} needs` };
    return { available: false, guards: guardsWith({}), problems: [problem] };
  });
  return { adapter: adapter.name, available, guards: { ...guards }, problems: problems.map((problem) => ({ ...problem })), facts: { ...facts } };
}
