import { delimiter, isAbsolute } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";
import { type SimpleGit, simpleGit, type SimpleGitOptions } from "simple-git";
import { GitUnavailableError } from "./errors.ts";

/** The first version that can be told not to read the user's settings (`GIT_CONFIG_GLOBAL`). */
const NEEDED_VERSION = "2.32.0";

/** Who commits. */
export interface GitAuthor {
  readonly name: string;
  readonly email: string;
}

export interface GitProgram {
  /** Default: `git`. */
  readonly program?: string;
  /** Where it is searched: absolute directories, like in `PATH`; others do not count. Default: the usual directories. */
  readonly path?: string | undefined;
}

/** Where a git command works, and what it is given. */
export interface GitCall {
  readonly gitDir: string;
  readonly workTree?: string | undefined;
  readonly index?: string | undefined;
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Runs git so that nothing but its arguments decides what it does. */
export interface Git {
  /** What a command prints. @throws OutcomeFailedError (`OUTCOME_FAILED`) with what git said as its cause. */
  run(args: readonly string[], call: GitCall): Promise<string>;
  /** The objects with these ids, as `cat-file --batch` prints them: bytes, that need not be text. */
  objects(ids: readonly string[], call: GitCall): Promise<Buffer>;
  /** @throws GitUnavailableError `GIT_UNAVAILABLE`. */
  assertAvailable(directory: string): Promise<void>;
}

/** No hook, filter, helper, pager, transport or setting of the user or the machine takes part. */
const CONFIG = [
  "advice.addEmbeddedRepo=false",
  "commit.gpgSign=false",
  "core.attributesFile=/dev/null",
  "core.autocrlf=false",
  "core.excludesFile=/dev/null",
  "core.filesRefLockTimeout=10000",
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.precomposeUnicode=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "core.untrackedCache=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.allow=never",
];

const ENVIRONMENT = {
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
};

/** simple-git refuses these because they can weaken git; here they take its powers away. */
const HARDENING: Partial<SimpleGitOptions> = {
  allowEnvironment: [...Object.keys(ENVIRONMENT).filter((name) => name.startsWith("GIT_")), "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"],
  unsafe: {
    allowUnsafeConfigPaths: true,
    allowUnsafeCustomBinary: true,
    allowUnsafeFsMonitor: true,
    allowUnsafeHooksPath: true,
    allowUnsafeProtocolOverride: true,
    allowUnsafeTemplateDir: true,
  },
  // Its default takes a command for over 50 ms after its exit, read or not.
  completion: { onClose: true, onExit: false },
};

/** git, hardened, for this author. */
export function hardenedGit(author: GitAuthor, { program = "git", path = usualPath() }: GitProgram = {}): Git {
  // A relative directory, or none at all, would be one of the working tree, where anybody may have put a program.
  const searched = path.split(delimiter).filter(isAbsolute).join(delimiter) || usualPath();
  const config = [...CONFIG, `user.name=${author.name}`, `user.email=${author.email}`];

  function client({ gitDir, workTree, index, input, signal }: GitCall): SimpleGit {
    return simpleGit({
      ...HARDENING,
      baseDir: workTree ?? gitDir,
      binary: program,
      config,
      errors: (error, { exitCode, stdErr }) => error ?? (exitCode === 0 ? undefined : failure(exitCode, stdErr)),
      ...(input === undefined ? {} : { input: () => input }),
      ...(signal ? { abort: signal } : {}),
    }).env({
      ...ENVIRONMENT,
      PATH: searched,
      GIT_DIR: gitDir,
      ...(workTree ? { GIT_WORK_TREE: workTree } : {}),
      ...(index ? { GIT_INDEX_FILE: index } : {}),
    });
  }

  async function attempt<T>(command: string, call: GitCall, work: (git: SimpleGit) => PromiseLike<T>): Promise<T> {
    call.signal?.throwIfAborted();
    try {
      return await work(client(call));
    } catch (cause) {
      call.signal?.throwIfAborted();
      throw new OutcomeFailedError(`run git ${command}`, call.workTree ?? call.gitDir, { cause });
    }
  }

  return {
    run: (args, call) => attempt(String(args[0]), call, (git) => git.raw([...args])),
    objects: (ids, call) =>
      attempt("cat-file", { ...call, input: ids.map((id) => `${id}\n`).join("") }, (git) => git.binaryCatFile(["--batch"]) as PromiseLike<Buffer>),
    async assertAvailable(directory) {
      const found = await findVersion(program, client({ gitDir: directory }));
      if (isOlder(found, NEEDED_VERSION)) throw new GitUnavailableError(program, { found, needed: NEEDED_VERSION });
    },
  };
}

async function findVersion(program: string, git: SimpleGit): Promise<string> {
  try {
    const text = await git.raw(["version"]);
    return /\d+(\.\d+)+/.exec(text)?.[0] ?? text.trim();
  } catch (cause) {
    throw new GitUnavailableError(program, { found: undefined, needed: NEEDED_VERSION }, { cause });
  }
}

function isOlder(found: string, needed: string): boolean {
  return found.localeCompare(needed, "en", { numeric: true }) < 0;
}

function failure(exitCode: number, stdErr: readonly Buffer[]): Error {
  return new Error(Buffer.concat(stdErr).toString().trim() || `git ended with exit code ${exitCode}`);
}

function usualPath(): string {
  const usual =
    process.platform === "win32"
      ? ["C:\\Program Files\\Git\\cmd", "C:\\Windows\\System32"]
      : ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];
  return usual.join(delimiter);
}
