import type { NodeHandle } from "@dad/engine";
import { DadError, type Digest, errorEnvelope, type NodePath, type OutcomeRef } from "@dad/protocol";
import type { NodeHistory, OutcomeStep, RunContext } from "@dad/run-context";
import { type ToldFiles, UNKNOWABLE_TREE } from "./told-files.ts";

/** Commits what attempts change in the workspace, so that a re-run can go on from each of them. */
export interface FileCommits {
  /** Commits what an attempt may have changed, after the commits of its own. Gives what it changed in all, if it did. `result` names how it ended. */
  commit(handle: NodeHandle, own: readonly OutcomeRef[], result: Digest | undefined): Promise<OutcomeRef | undefined>;
  /** Commits what an attempt has changed while nobody else did, before somebody else does, if it can be. Gives that, if there is something. */
  commitPart(handle: NodeHandle): Promise<OutcomeRef | undefined>;
  /** Makes the changes that a reused node had made. Gives them as this run has them, if there are any. */
  bring(handle: NodeHandle, record: NodeHistory, steps: readonly OutcomeStep[]): Promise<OutcomeRef | undefined>;
}

type CommittedRun = Pick<RunContext, "env" | "outcome" | "history" | "record">;

export function fileCommits(run: CommittedRun, told: ToldFiles): FileCommits {
  const { outcome } = run;
  const nodes = nodeCommits(run);
  /** The workspace is no more what it was in the run before at this place. */
  let apart = false;
  const refusals = toldRefusals(run);

  return {
    async commit(handle, own, result) {
      if (!outcome) return undefined;
      nodes.know(own);
      apart = true;
      try {
        const last = await nodes.commit(handle, result);
        refusals.end();
        return leave(told, handle, spanOf(last ? [...own, last] : own));
      } catch (error) {
        // What cannot be committed now may be in order when the run ends, or else fails its end. Until then nobody knows the files.
        told.left(handle, UNKNOWABLE_TREE);
        await refusals.tell(handle.path, error);
        return spanOf(own);
      }
    },
    async commitPart(handle) {
      apart ||= outcome !== undefined;
      return await nodes.commit(handle).catch(() => undefined);
    },
    async bring(handle, record, steps) {
      if (outcome === undefined) return undefined;
      if (steps.length === 0) {
        // Its files are there from the beginning.
        if (record.outcome && !apart) told.left(handle, record.outcome.tree);
        return record.outcome;
      }
      apart = true;
      for (const { outcome: change } of steps) if (change.parent !== undefined) await outcome.bring({ from: change.parent, to: change.commit });
      return leave(told, handle, await nodes.commit(handle, resultOf(record)));
    },
  };
}

/** Makes commits of nodes, and tells a new one from the last. */
function nodeCommits({ env, outcome, history }: CommittedRun) {
  const known = new Set([...(outcome ? [outcome.start.commit] : []), ...history.outcome.steps.map((step) => step.outcome.commit)]);
  return {
    know(commits: readonly OutcomeRef[]): void {
      for (const { commit } of commits) known.add(commit);
    },
    /** `undefined`: there was nothing to commit. */
    async commit({ path, attempt }: NodeHandle, result?: Digest): Promise<OutcomeRef | undefined> {
      const subject = `[${env.runId}] ${path}`;
      const trailers = { "Dad-Node": path, "Dad-Attempt": String(attempt), ...(result === undefined ? {} : { "Dad-Result": result }) };
      const committed = await outcome?.commit({ subject, trailers, onlyChanged: true });
      const isNew = committed !== undefined && !known.has(committed.commit);
      if (committed) known.add(committed.commit);
      return isNew ? committed : undefined;
    },
  };
}

/** Tells why files cannot be committed: once for all nodes that find the same. */
function toldRefusals({ record }: CommittedRun) {
  let refused: string | undefined;
  return {
    async tell(path: NodePath, error: unknown): Promise<void> {
      // That a run was cancelled is no reason to be told.
      if (!DadError.is(error) || error.message === refused) return;
      refused = error.message;
      await record({ type: "outcome.failed", path, error: errorEnvelope(error) });
    },
    /** They can be committed again. */
    end: () => void (refused = undefined),
  };
}

function resultOf({ artifacts }: NodeHistory): Digest | undefined {
  return artifacts.find(({ name }) => name === "result")?.digest;
}

/** Several commits as one change. */
function spanOf(commits: readonly OutcomeRef[]): OutcomeRef | undefined {
  const [first, last] = [commits[0], commits.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { ...last, ...(first.parent === undefined ? {} : { parent: first.parent }) };
}

/** As it is recorded, so that a re-run is told the same. One who changed nothing leaves what others did meanwhile to them. */
function leave(told: ToldFiles, handle: NodeHandle, changed: OutcomeRef | undefined): OutcomeRef | undefined {
  if (changed) told.left(handle, changed.tree ?? UNKNOWABLE_TREE);
  return changed;
}
