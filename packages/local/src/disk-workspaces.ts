import { constants, type Dirent } from "node:fs";
import { copyFile, lstat, mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type IgnoreRules, ignoreRules } from "@dad/nodes";
import { DadError, messageOf } from "@dad/protocol";
import type { RunWorkspaces } from "@dad/run-context";

export interface DiskWorkspacesOptions {
  /** Absolute path of the directory that holds the runs: no run starts from what is in it. */
  readonly runRoot: string;
  /**
   * Absolute path of a directory whose regular files are what runs start from. Its `.gitignore` files are honoured; links are left
   * out and never followed, as is what belongs to a repository itself (`.git`). Default: nothing.
   */
  readonly seed?: string;
}

/** `WORKSPACE_FAILED`: the directory in which a run was to work could not be made. */
export class WorkspaceError extends DadError<"WORKSPACE_FAILED"> {
  constructor(directory: string, cause: unknown) {
    super("WORKSPACE_FAILED", `cannot make the workspace ${directory}: ${messageOf(cause)}`, { cause, details: { directory } });
  }
}

const NAME = "workspace";
/** Where one is made: it gets its name when it has all its files. */
const DRAFT = ".dad_tmp_workspace";
/** What in the directory of a run is no part of its record. */
export const NO_RECORD: readonly string[] = [NAME, DRAFT];

/** A directory in that of each run, beside its record: whoever removes or copies a run does so with its files. Git is not needed. */
export function diskWorkspaces({ runRoot, seed }: DiskWorkspacesOptions): RunWorkspaces {
  const directoryOf: RunWorkspaces["directoryOf"] = ({ runDir }) => join(runDir, NAME);
  return {
    directoryOf,
    async open(env, { resume = false, signal } = {}) {
      const directory = directoryOf(env);
      const draft = join(env.runDir, DRAFT);
      try {
        if (resume && (await isDirectory(directory))) return;
        await rm(draft, { recursive: true, force: true });
        await mkdir(draft, { recursive: true });
        if (seed !== undefined) await copyTree(await realpath(seed), draft, { except: await realpath(runRoot), signal });
        await rename(draft, directory);
      } catch (cause) {
        await rm(draft, { recursive: true, force: true }).catch(() => undefined);
        signal?.throwIfAborted();
        throw new WorkspaceError(directory, cause);
      }
    },
  };
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return found?.isDirectory() ?? false;
}

interface Copying {
  /** A directory that is not copied. */
  readonly except: string;
  readonly signal: AbortSignal | undefined;
}

async function copyTree(from: string, to: string, copying: Copying): Promise<void> {
  await copyDirectory({ from: Buffer.from(from), to: Buffer.from(to), path: "", rules: await ignoreRules(from).inside("") }, copying);
}

/** One directory of the tree. Names are bytes: not all of them are text. */
interface Spot {
  readonly from: Buffer;
  readonly to: Buffer;
  /** From the top of the tree, as the rules see it. */
  readonly path: string;
  readonly rules: IgnoreRules;
}

/** How many files are copied at a time. */
const WIDTH = 16;

async function copyDirectory(spot: Spot, copying: Copying): Promise<void> {
  const entries = (await readdir(spot.from, { withFileTypes: true, encoding: "buffer" })).filter(
    ({ name }) => name.toString().toLowerCase() !== ".git",
  );
  const files = entries.filter((entry) => entry.isFile() && !spot.rules.ignores(pathIn(spot, entry), "file"));
  for (let at = 0; at < files.length; at += WIDTH) {
    copying.signal?.throwIfAborted();
    await Promise.all(files.slice(at, at + WIDTH).map(async ({ name }) => copyFile(below(spot.from, name), below(spot.to, name), NEW)));
  }
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const path = pathIn(spot, entry);
    const from = below(spot.from, entry.name);
    if (from.equals(Buffer.from(copying.except)) || spot.rules.ignores(path, "directory")) continue;
    const to = below(spot.to, entry.name);
    await mkdir(to);
    await copyDirectory({ from, to, path, rules: await spot.rules.inside(path) }, copying);
  }
}

/** Where the file system can, copies share their content. */
const NEW = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

function pathIn({ path }: Spot, { name }: Dirent<Buffer>): string {
  return path === "" ? name.toString() : `${path}/${name.toString()}`;
}

function below(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from("/"), name]);
}
