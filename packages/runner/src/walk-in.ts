import type { ComponentDefinition } from "@dad/agent";
import type { DriveOptions, NodeHandle } from "@dad/engine";
import type { ErrorEnvelope, Json, NodePath } from "@dad/protocol";
import { digestOfInputFiles, type ExecutionScope, type RunContext } from "@dad/run-context";
import type { Assumptions } from "./assumption.ts";
import { runBudgets } from "./budget/run-budgets.ts";
import { decisionsOf } from "./decisions.ts";
import { indexDefinition } from "./definition-index.ts";
import { fileCommits } from "./file-commits.ts";
import { fingerprinter } from "./fingerprint.ts";
import { nodeAttempts } from "./node-attempts.ts";
import { recordPlaces } from "./record-places.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { ReplayDivergedError } from "./rerun/errors.ts";
import { unmarked } from "./run-marks.ts";
import type { StaticInputIndex } from "./static-input-index.ts";
import { type ToldFiles, toldFiles, UNKNOWABLE_TREE } from "./told-files.ts";
import { type Turns, turnsAfter } from "./turn.ts";
import { type Waiting, waitingIn } from "./waiting/waiting-in.ts";
import type { WallClock } from "./waiting/wall-clock.ts";
import type { Decisions, InterpreterHost } from "./walk.ts";
import { walkReport } from "./walk-report.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface WalkInOptions {
  readonly inputs: StaticInputIndex;
  readonly assume: Assumptions | undefined;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
  readonly clock: WallClock | undefined;
}

export interface WalkIn extends Pick<DriveOptions, "execute">, AsyncDisposable {
  readonly host: InterpreterHost;
  readonly replay: readonly NodeHandle[];
  /** @throws ReplayDivergedError (`REPLAY_DIVERGED`) when a replay that completed did not come to all that it is a replay of. */
  readonly assertReplayed: () => void;
}

/** What a walk through a definition needs to go on in a run, where that stands. */
export function walkIn(scope: ExecutionScope, root: ComponentDefinition, options: WalkInOptions): WalkIn {
  const { inputs, assume, continuation, clock } = options;
  const { env, history, ports } = scope.run;
  const turns = turnsAfter(root, history, assume);
  const report = walkReport(scope.run, root);
  const files = filesOf(scope.run, turns, continuation);
  const own = unmarked({ env, workspace: scope.space.cwd, lineage: continuation?.lineage ?? [] });
  const inputFiles = digestOfInputFiles(scope.run.inputs.files);
  const fingerprint = fingerprinter({ resources: ports.resources, unmarked: own, tree: files.tree, inputFiles, redactor: ports.redactor });
  const commits = fileCommits(scope.run, files);
  const waiting = waitingIn({ scope, continuation, clock, given: (id) => inputs.answer(id) });
  waiting.requests.listen();
  const budgets = runBudgets({ run: scope.run, root, report, clock });
  const before = { turns, assume, continuation };
  const { execute, ledger } = nodeAttempts({ waiting, budgets, scope, root, report, files: commits, before });
  const cameTo = new Set(history.nodes.keys());
  const decisions = decisionsOf({ fingerprint, unmarked: own, recorded: history.nodes, continuation, redactor: ports.redactor });
  const host: InterpreterHost = {
    root,
    env,
    inputs,
    workspace: scope.space.cwd,
    report,
    places: recordPlaces(indexDefinition(root).nodes.keys()),
    turns,
    attempts: ledger,
    decisions: noting(decisions, cameTo),
    files,
    redacted: (error) => withoutSecrets(error as unknown as Json, scope.run) as unknown as ErrorEnvelope,
    breathe: () => aTurn(scope.signal),
  };
  return {
    host,
    execute,
    replay: replayOf(turns, history, continuation),
    assertReplayed: () => assertReplayed(continuation, cameTo),
    [Symbol.asyncDispose]: () => closed(budgets, waiting),
  };
}

async function closed(budgets: Disposable, { requests }: Waiting): Promise<void> {
  budgets[Symbol.dispose]();
  await requests.close();
}

/** The same decisions. Those of which nodes were made is noted. */
function noting(decisions: Decisions, cameTo: Set<NodePath>): Decisions {
  return {
    ...decisions,
    of(node) {
      cameTo.add(node.place.path);
      return decisions.of(node);
    },
  };
}

/** What was never tried for has no fingerprint. */
function assertReplayed(continuation: Continuation | undefined, cameTo: ReadonlySet<NodePath>): void {
  if (!continuation?.isReplay) return;
  const { runId, history } = continuation.base;
  for (const { path, fingerprint } of history.nodes.values())
    if (fingerprint && !cameTo.has(path))
      throw new ReplayDivergedError(path, runId, [{ component: "outcome", message: "it was executed, and the replay does not come to it" }]);
}

/** As the first node finds the workspace, and as the attempts left it that are told again. */
function filesOf({ outcome, directory, history }: RunContext, turns: Turns, continuation: Continuation | undefined): ToldFiles {
  // What a base left that kept no files, nobody starts from.
  const before = continuation && continuation.base.history.workspace === undefined ? continuation : undefined;
  const found = history.outcome.tree ?? (before ? before.tree : outcome?.start.tree);
  const files = toldFiles(outcome ? found : directory && UNKNOWABLE_TREE);
  for (const handle of turns.replay) {
    const tree = history.nodes.get(handle.path)?.outcome?.tree;
    if (tree !== undefined) files.left(handle, tree);
  }
  return files;
}

/** What is on record of this run comes before what is taken from the one before. */
function replayOf(turns: Turns, { nodes }: RunContext["history"], continuation: Continuation | undefined): readonly NodeHandle[] {
  return [...turns.replay, ...(continuation?.order ?? []).filter(({ path }) => !nodes.has(path))];
}

/** Ends when everything that is due has had its turn. */
async function aTurn(signal: AbortSignal): Promise<{ readonly cause: unknown } | undefined> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return signal.aborted ? { cause: signal.reason } : undefined;
}
