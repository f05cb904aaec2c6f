import type { Digest, OutcomeRef } from "@dad/protocol";
import type { Attempt, Collected } from "./attempt.ts";
import type { FileCommits } from "./file-commits.ts";
import { type Exclusively, oneAtATime } from "./one-at-a-time.ts";

/**
 * Commits what attempts change, so that it is known whose it is: what one changes while nobody else changes files before somebody
 * else may. Until then it waits, so that its commit can name the result of the attempt.
 */
export interface PartCommits {
  /** Does something that changes files and is no attempt. */
  readonly exclusively: Exclusively;
  /** An attempt that may change files begins. */
  begin(work: Attempt, collected: Collected): Promise<void>;
  /** How that attempt changes files while nobody else does. */
  doing(work: Attempt, collected: Collected): Exclusively;
  /** Commits what that attempt has changed, at its end. Gives what it changed in all, if it did. */
  end(work: Attempt, collected: Collected, result: Digest | undefined): Promise<OutcomeRef | undefined>;
  /** Nothing of the attempt goes on any more. */
  over(collected: Collected): void;
}

interface Part extends Pick<Attempt, "call"> {
  readonly collected: Collected;
}

export function partCommits(files: FileCommits): PartCommits {
  const inTurn = oneAtATime();
  const writers = new Set<Collected>();
  const waiting = waitingPart(files);
  const isAlone = (collected: Collected): boolean => writers.size === 1 && writers.has(collected);

  return {
    exclusively: (inner, signal) => inTurn(() => waiting.commit().then(inner), signal),
    async begin({ scope }, collected) {
      writers.add(collected);
      if (waiting.part()) await inTurn(() => waiting.commit(), scope.signal);
    },
    doing: ({ call }, collected) => {
      const work = async <Result>(inner: () => Promise<Result>): Promise<Result> => {
        if (waiting.part()?.collected !== collected) await waiting.commit();
        const result = await inner();
        waiting.put({ call, collected });
        if (!isAlone(collected)) await waiting.commit();
        return result;
      };
      return (inner, signal) => inTurn(() => work(inner), signal);
    },
    async end({ call, scope }, collected, result) {
      const isOwn = waiting.part()?.collected === collected;
      if (isOwn) waiting.put(undefined);
      return await inTurn(async () => {
        await waiting.commit();
        const changed = await files.commit(call, collected.commits, result);
        if (changed && isOwn && isAlone(collected) && changed.commit !== collected.commits.at(-1)?.commit) addAlone(collected, changed);
        return changed;
      }, scope.signal);
    },
    over: (collected) => void writers.delete(collected),
  };
}

/** What was changed while nobody else changed files, until it is committed. */
function waitingPart(files: FileCommits) {
  let waiting: Part | undefined;
  return {
    part: () => waiting,
    put: (part: Part | undefined) => void (waiting = part),
    async commit(): Promise<void> {
      const part = waiting;
      waiting = undefined;
      const committed = part && (await files.commitPart(part.call));
      if (part && committed) addAlone(part.collected, committed);
    },
  };
}

function addAlone(collected: Collected, commit: OutcomeRef): void {
  collected.commits.push(commit);
  collected.alone += 1;
}
