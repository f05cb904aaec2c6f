import { setTimeout as delay } from "node:timers/promises";
import { OutcomePathError } from "@dad/outcome";
import { ChangedMeanwhileError, type StageCall } from "./capture.ts";
import type { Git } from "../git/git.ts";
import { startedGit } from "../git/git-process.ts";
import { treeFiles } from "./working-tree.ts";

/**
 * Lets git list what is in a working tree.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a pipe that git waits for, and for a directory that it cannot look into: what
 * is in there would be left out.
 * @throws ChangedMeanwhileError when it is to be tried again.
 */
export async function listWorkTree(git: Git, args: readonly string[], call: StageCall): Promise<Buffer> {
  return await refusingPipes(call, async (watched) => {
    await using listing = startedGit(git, args, watched);
    const [output, said]: [Buffer[], Buffer[]] = [[], []];
    const { stdin, stdout, stderr } = listing.child;
    stdin.end();
    stdout.on("data", (piece: Buffer) => output.push(piece));
    stderr.on("data", (piece: Buffer) => said.push(piece));
    const ended = await listing.ended;
    // git maps the files that it reads, and is ended by the kernel (`SIGBUS`) when one of them is cut off at that moment.
    if (!watched.signal?.aborted && ended && ENDED.test(ended.message)) throw new ChangedMeanwhileError("a file is cut off", { cause: ended });
    await listing.assertWell();
    assertLookedInto(Buffer.concat(said).toString());
    return Buffer.concat(output);
  });
}

const ENDED = /ended with SIG/;
/** What git says of a directory in which it could not look, and goes on: the end is missing where the path is long. */
const NOT_LOOKED_INTO = /^warning: could not open directory '([^\n]*?)(?:': ([^\n]+))?$/gm;
/** It has gone meanwhile. */
const GONE = ["No such file or directory", "Not a directory"];

function assertLookedInto(said: string): void {
  for (const [, path = "", why = "File name too long"] of said.matchAll(NOT_LOOKED_INTO))
    if (!GONE.includes(why))
      throw new OutcomePathError(
        path,
        `git cannot look into it (${why}): make it readable, give it a shorter path, ignore it in .gitignore, or remove it`,
      );
}

/** When git has not ended by then, somebody looks whether it waits for a pipe; then after twice as long, and so on. */
const FIRST_LOOK_MS = 500;

/** git opens files of these names itself, and waits for whoever writes into a pipe in the place of one. */
const READ_BY_GIT = /(^|\/)(\.gitignore|\.gitattributes|\.git\/.+)$/;
const LIMITS = { entries: Infinity, bytes: Infinity, depth: 256 };

/**
 * Does something with a git that looks at a working tree, and stops it by the signal that it is given when it waits for a pipe.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) then.
 */
export async function refusingPipes<T>(call: StageCall, work: (watched: StageCall) => Promise<T>): Promise<T> {
  const [waiting, over] = [new AbortController(), new AbortController()];
  const watching = watch(call.workTree, waiting, over.signal);
  try {
    return await work({ ...call, signal: AbortSignal.any([waiting.signal, ...(call.signal ? [call.signal] : [])]) });
  } finally {
    over.abort();
    await watching;
  }
}

async function watch(workTree: string, waiting: AbortController, over: AbortSignal): Promise<void> {
  for (let pause = FIRST_LOOK_MS; !over.aborted; pause *= 2) {
    await delay(pause, undefined, { signal: over }).catch(() => undefined);
    const pipe = over.aborted ? undefined : await findPipe(workTree, over);
    if (pipe !== undefined) waiting.abort(new OutcomePathError(pipe, "it is a pipe, where git reads a file: remove it"));
  }
}

/** What cannot be found out is no reason to stop. */
async function findPipe(workTree: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    for await (const { kind, path } of treeFiles(workTree).walk({ limits: LIMITS, signal }))
      if (kind === "pipe" && READ_BY_GIT.test(path)) return path;
  } catch {
    return undefined;
  }
  return undefined;
}
