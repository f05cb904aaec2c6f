import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { devNull } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";
import { type SimpleGit, simpleGit, type SimpleGitOptions } from "simple-git";
import { GitUnavailableError } from "../errors.ts";

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
  /** A directory for new objects, in the place of that of the repository. */
  readonly objects?: string | undefined;
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
}

export interface GitReport {
  readonly exitCode: number;
  readonly text: string;
}

/** Runs git so that nothing but its arguments decides what it does. */
export interface Git {
  readonly author: GitAuthor;
  /** What a command prints. @throws OutcomeFailedError (`OUTCOME_FAILED`) with what git said as its cause. */
  run(args: readonly string[], call: GitCall): Promise<string>;
  /** The same in bytes: not all names are text. */
  bytes(args: readonly string[], call: GitCall): Promise<Buffer>;
  /** The objects with these ids, as `cat-file --batch` prints them: bytes, that need not be text. */
  objects(ids: readonly string[], call: GitCall): Promise<Buffer>;
  /** What a command says on both streams, and its exit code: for those whose code tells what they found. */
  report(args: readonly string[], call: GitCall): Promise<GitReport>;
  /** Starts a command whose streams, exit and end are the caller's: for what is not to be held in memory. `input` and `signal` count for nothing. */
  start(args: readonly string[], call: GitCall): ChildProcessWithoutNullStreams;
  /** The version of git. @throws GitUnavailableError (`GIT_UNAVAILABLE`) unless it is at least `needed`, by default what everything needs. */
  assertAvailable(directory: string, needed?: string): Promise<string>;
}

/** No hook, filter, helper, pager, transport or setting of the user or the machine takes part, and no object is another one in disguise. */
const CONFIG = [
  "advice.addEmbeddedRepo=false",
  "advice.graftFileDeprecated=false",
  "commit.gpgSign=false",
  "core.attributesFile=/dev/null",
  "core.autocrlf=false",
  "core.checkStat=default",
  "core.excludesFile=/dev/null",
  "core.filesRefLockTimeout=10000",
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.ignoreStat=false",
  "core.precomposeUnicode=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "core.sparseCheckout=false",
  "core.splitIndex=false",
  "core.trustctime=true",
  "core.untrackedCache=false",
  "core.warnAmbiguousRefs=true",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.allow=never",
];

const ENVIRONMENT = {
  HOME: "/nonexistent",
  LC_ALL: "C",
  // A setting of a repository for one transport counts more than `protocol.allow`.
  GIT_ALLOW_PROTOCOL: "none",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_GRAFT_FILE: devNull,
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  // mallopt(3): git gives back what it needs to compress one file, and asks for it again for the next one. With glibc, that was most of
  // the time of a commit of many small files.
  MALLOC_TOP_PAD_: "16777216",
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

/** Who commits when nobody is named, and what is nobody's own work. */
const DEFAULT_AUTHOR: GitAuthor = { name: "DAD", email: "dad@localhost" };

/** git, hardened, for this author. */
export function hardenedGit(author: GitAuthor = DEFAULT_AUTHOR, { program = "git", path = usualPath() }: GitProgram = {}): Git {
  // A relative directory, or none at all, would be one of the working tree, where anybody may have put a program.
  const searched = path.split(delimiter).filter(isAbsolute).join(delimiter) || usualPath();
  const used: Client = { binary: program, config: [...CONFIG, `user.name=${author.name}`, `user.email=${author.email}`], path: searched };
  const client = (call: GitCall, judge: Judge = failureOf): SimpleGit => gitClient(used, call, judge);

  async function attempt<T>({ command, judge }: Attempt, call: GitCall, work: (git: SimpleGit) => PromiseLike<T>): Promise<T> {
    call.signal?.throwIfAborted();
    try {
      return await work(client(call, judge));
    } catch (cause) {
      call.signal?.throwIfAborted();
      throw new OutcomeFailedError(`run git ${command}`, call.workTree ?? call.gitDir, { cause });
    }
  }

  return {
    author,
    run: (args, call) => attempt({ command: String(args[0]) }, call, (git) => git.raw([...args])),
    bytes: (args, call) => attempt({ command: String(args[0]) }, call, (git) => bytesOf(git, args)),
    objects: (ids, call) =>
      attempt({ command: "cat-file" }, { ...call, input: ids.map((id) => `${id}\n`).join("") }, (git) => git.binaryCatFile(["--batch"])),
    async report(args, call) {
      const said = { exitCode: 0, stdErr: "" };
      const judge: Judge = (error, { exitCode, stdErr, ...rest }) => {
        Object.assign(said, { exitCode, stdErr: Buffer.concat(stdErr).toString() });
        // That it ended with a code is no failure; that it could not be started, or was stopped, is one.
        const ended = Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= HIGHEST_EXIT_CODE;
        return ended ? undefined : failureOf(error, { exitCode, stdErr, ...rest });
      };
      const stdOut = await attempt({ command: String(args[0]), judge }, call, (git) => git.raw([...args]));
      return { exitCode: said.exitCode, text: `${stdOut}${said.stdErr}` };
    },
    start: (args, call) => startGit(used, args, call),
    async assertAvailable(directory, needed = NEEDED_VERSION) {
      const found = await findVersion(program, client({ gitDir: directory }));
      if (isOlder(found, needed)) throw new GitUnavailableError(program, { found, needed });
      return found;
    },
  };
}

interface Client {
  readonly binary: string;
  readonly config: string[];
  readonly path: string;
}

function gitClient({ path, ...options }: Client, call: GitCall, judge: Judge): SimpleGit {
  const { gitDir, workTree, input, signal } = call;
  const git = simpleGit({
    ...HARDENING,
    ...options,
    baseDir: workTree ?? gitDir,
    errors: judge,
    ...(input === undefined ? {} : { input: () => input }),
    ...(signal ? { abort: signal } : {}),
  });
  return git.outputHandler(breakSilence).env(environmentOf(call, path));
}

function startGit({ binary, config, path }: Client, args: readonly string[], call: GitCall): ChildProcessWithoutNullStreams {
  const settings = config.flatMap((setting) => ["-c", setting]);
  return spawn(binary, [...settings, ...args], { cwd: call.workTree ?? call.gitDir, env: environmentOf(call, path) });
}

function environmentOf({ gitDir, workTree, index, objects }: GitCall, path: string): Record<string, string> {
  return {
    ...ENVIRONMENT,
    PATH: path,
    GIT_DIR: gitDir,
    ...(workTree ? { GIT_WORK_TREE: workTree } : {}),
    ...(index ? { GIT_INDEX_FILE: index } : {}),
    // A list of paths, each of which can be quoted as in C.
    ...(objects ? { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(gitDir, "objects")) } : {}),
  };
}

/** A path as git quotes it where it has to: core.quotePath in git-config(1). */
export function quoted(path: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return `"${path.replace(/["\\\u0000-\u001f\u007f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`;
}

/**
 * simple-git waits 50 ms for what a command may still say that has said nothing, although its streams are closed by then: most
 * commands here say nothing when all is well. That nothing came is told as a piece of nothing.
 */
function breakSilence(_command: string, stdOut: NodeJS.EventEmitter): void {
  setImmediate(() => stdOut.emit("data", Buffer.alloc(0)));
}

async function bytesOf(git: SimpleGit, args: readonly string[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const collect: typeof breakSilence = (command, stdOut) => {
    stdOut.on("data", (piece: Buffer) => pieces.push(piece));
    breakSilence(command, stdOut);
  };
  await git.outputHandler(collect).raw([...args]);
  return Buffer.concat(pieces);
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

const HIGHEST_EXIT_CODE = 255;

/** Says whether a command has failed. */
type Judge = NonNullable<SimpleGitOptions["errors"]>;

interface Attempt {
  readonly command: string;
  readonly judge?: Judge;
}

const failureOf: Judge = (error, { exitCode, stdErr }) => {
  if (error !== undefined || exitCode === 0) return error;
  const end = Number.isInteger(exitCode) ? `ended with exit code ${exitCode}` : "was ended by a signal";
  return new Error(Buffer.concat(stdErr).toString().trim() || `git ${end}`);
};

function usualPath(): string {
  const usual =
    process.platform === "win32"
      ? ["C:\\Program Files\\Git\\cmd", "C:\\Windows\\System32"]
      : ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];
  return usual.join(delimiter);
}
