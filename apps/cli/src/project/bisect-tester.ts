import type { ExecResult } from "@dad/isolation";
import type { NodeCommit } from "@dad/lineage";
import type { BisectCommit, BisectTest, IsolationRecord } from "@dad/protocol";
import { bisectCommitText, bisectStepText, bisectVerdictText, isolationLine, paintFor, visible } from "@dad/terminal";
import { BisectStoppedError } from "../errors.ts";
import { counted } from "../terminal/counted.ts";
import { openTryOut, type TryOut, type TryOutOptions } from "./try-out.ts";

/** A commit of a run that can be tested; of a node, with what is known of that. */
export interface TestableCommit extends BisectCommit {
  readonly node?: NodeCommit;
}

export interface BisectTesterOptions extends TryOutOptions {
  /** A line of the shell. */
  readonly test: string;
  /** What tests write is passed on. */
  readonly verbose: boolean;
}

export interface BisectTester {
  /** Those that were made. */
  readonly tests: readonly BisectTest[];
  /** How they are held. There is one as soon as one was made. */
  isolation(): IsolationRecord;
  /** Tests a commit by its place, and tells it on stderr. `tests` is how many there are about to be. @throws BisectStoppedError (`BISECT_STOPPED`). */
  readonly test: (at: number, tests: number) => Promise<BisectTest["verdict"]>;
}

/** What is kept of what a test writes, in bytes. */
const MOST_OUTPUT = 4096;

/** Tests the commits of a run, each in a directory of its own. */
export function bisectTester(commits: readonly TestableCommit[], options: BisectTesterOptions): BisectTester {
  const paint = paintFor(process.stderr);
  const say = (text: string): void => void process.stderr.write(visible(text));
  const tests: BisectTest[] = [];
  let isolation: IsolationRecord | undefined;

  function tellOnce({ isolation: held, missing }: TryOut): void {
    if (isolation === undefined) process.stderr.write(`${isolationLine({ isolation: visible(held) }, paint)}\n`);
    if (isolation === undefined && missing.length > 0)
      say(`of ${counted(missing.length, "large file")} the content is no more: tests see pointers in their place\n`);
    isolation = held;
  }

  return {
    tests,
    isolation() {
      if (isolation === undefined) throw new TypeError("nothing was tested yet");
      return isolation;
    },
    async test(at, left) {
      const { node: _node, ...commit } = commitAt(commits, at);
      await using place = await openTryOut(commit.commit, options);
      tellOnce(place);
      say(`${bisectStepText(commit, { commits: commits.length, tests: left })} … ${options.verbose ? "\n" : ""}`);
      const tail = tailOf(MOST_OUTPUT);
      const onOutput = (chunk: Uint8Array): void => {
        tail.add(chunk);
        if (options.verbose) process.stderr.write(chunk);
      };
      const result = await endingTheLine(async () => {
        const ended = await place.run(options.test, { signal: options.signal, onOutput });
        options.signal.throwIfAborted();
        return { ...judged(ended, commit), durationMs: ended.durationMs };
      });
      const test = { ...commit, ...result, output: tail.text() };
      tests.push(test);
      say(options.verbose ? `${bisectCommitText(commit)} … ` : "");
      process.stderr.write(`${bisectVerdictText(test, paint)}\n`);
      return test.verdict;
    },
  };
}

/** What comes of a test is told in the line that was begun with it; what stops the search, in one of its own. */
async function endingTheLine<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write("broken off\n");
    throw error;
  }
}

function commitAt(commits: readonly TestableCommit[], at: number): TestableCommit {
  const commit = commits[at];
  if (commit === undefined) throw new TypeError(`there is no commit ${at} in ${commits.length}`);
  return commit;
}

/** As `git bisect run` takes it. */
function judged({ reason, exitCode, signal }: ExecResult, commit: BisectCommit): Pick<BisectTest, "verdict" | "exitCode" | "timedOut"> {
  const stopped = (how: string) => new BisectStoppedError(commit.commit, { what: bisectCommitText(commit), how });
  if (reason === "timeout") return { verdict: "bad", exitCode: null, timedOut: true };
  if (reason !== "exited" || exitCode === null) throw stopped(BROKEN_OFF[reason] ?? `was ended by ${signal ?? "a signal"}`);
  if (exitCode > 127 || exitCode < 0) throw stopped(`ended with exit code ${exitCode}`);
  return { verdict: exitCode === 0 ? "good" : exitCode === 125 ? "unknown" : "bad", exitCode };
}

const BROKEN_OFF: Readonly<Partial<Record<ExecResult["reason"], string>>> = {
  memory: "was ended because it used more memory than its limit",
  disk: "was ended because it filled more of the disk than its limit",
};

/** The end of what is written, as text. */
function tailOf(most: number): { add(chunk: Uint8Array): void; text(): string } {
  let kept = Buffer.alloc(0);
  return {
    add(chunk) {
      kept = Buffer.concat([kept, chunk]).subarray(-most);
    },
    text: () => new TextDecoder().decode(kept),
  };
}
