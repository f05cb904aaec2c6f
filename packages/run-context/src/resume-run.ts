import { ArtifactMissingError, readJson } from "@dad/artifacts";
import { type Journal, type JournalStore, RunUnknownError } from "@dad/journal";
import {
  type ArtifactEntry,
  type BudgetLimits,
  DadError,
  type ErrorEnvelope,
  type EventOf,
  type Json,
  type RecordedEvent,
  type RunEnvParams,
  RunId,
  type RunStatus,
  StaticInputs,
} from "@dad/protocol";
import { type ClaimedRun, hold } from "./claim-run.ts";
import { completeRun } from "./complete-run.ts";
import { RunCompletedError, RunNotOpenedError } from "./errors.ts";
import { inParallel } from "./in-parallel.ts";
import { showInputFiles } from "./input-files.ts";
import { makeRunContext } from "./make-run-context.ts";
import type { RunContext } from "./run-context.ts";
import { assertReachable, NO_TREE, openTree } from "./open-tree.ts";
import { contentsOfOrigins, type OriginContents } from "./origin-contents.ts";
import { assertBudgetLeft, type BudgetChange, changedBudget } from "./run-budget.ts";
import { runEnv, type RunEnvOptions } from "./run-env.ts";
import { showRun } from "./run-face.ts";
import { foldHistory, type RunHistory } from "./run-history.ts";
import { redactedError } from "./redacted-error.ts";
import { releaseRun } from "./run-life.ts";
import type { MakeRunPorts, RunPorts } from "./run-ports.ts";
import { detailsOf, emptyProjection, project, type RunProjection } from "./run-projection.ts";
import { recordTrace, runRecord } from "./run-record.ts";
import { shownArtifacts } from "./shown-artifacts.ts";

export interface ResumeRunOptions extends Pick<RunEnvOptions, "projectRoot" | "runRoot"> {
  readonly runId: string;
  /** Where the run is recorded: the `journals` of its ports. */
  readonly journals: JournalStore;
  /** Takes the run from an owner that lives but does not go on. See `OpenOptions` of `@dad/journal`. Default `false`. */
  readonly takeOver?: boolean;
  /** Limits of its budget from now on, in the place of those of the same units; `null` takes one away. All others stay as they were. */
  readonly budget?: BudgetChange | undefined;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** As for `openRun`. */
  readonly ports: RunPorts | MakeRunPorts;
}

/**
 * Goes on with a run that was interrupted, failed or was cancelled: the same run, in its next epoch. Its `history` says what
 * had happened; its static inputs and its working tree are as they were. What had been derived is brought up to date with the
 * journal: `run.json`, and the files of the nodes that ended last.
 *
 * @throws `RUN_UNKNOWN`, RunIdError (`RUN_ID_INVALID`), `RUN_LOCKED`, `JOURNAL_DAMAGED`, RunCompletedError (`RUN_COMPLETED`),
 * RunNotOpenedError (`RUN_NOT_OPENED`), RunFilesError (`RUN_FILES_UNREACHABLE`), RunBudgetSpentError (`RUN_BUDGET_SPENT`), and `ARTIFACT_…` when what the run goes on from cannot be read: nothing is recorded then
 * but that a torn tail was set aside. What the outcome repository throws is recorded as the end.
 */
export async function resumeRun(options: ResumeRunOptions): Promise<RunContext> {
  options.signal?.throwIfAborted();
  const { executionId } = await firstEvent(options.journals, options);
  const env = { ...runEnv(options), executionId };
  const before = foldBefore();
  const claimed = await hold(env, options.ports, (_env, { journals }) => openJournal(journals, options, (event) => before.add(event)));
  try {
    const stand = before.stand(claimed.env);
    await before.fill(contentsOfOrigins(claimed.ports.journals, claimed.env.runId, options.signal ? { signal: options.signal } : {}));
    const limits = changedBudget(stand.history.budget, options.budget);
    assertBudgetLeft({ runId: claimed.env.runId, limits, spent: stand.history.spent.run, change: options.budget, error: stand.error });
    return await goOn(claimed, { ...stand, limits }, options);
  } catch (error) {
    // A run that is recorded as going on has been completed and released by now; releasing it twice does nothing.
    await claimed.release().catch(() => undefined);
    throw error;
  }
}

async function firstEvent(journals: JournalStore, { runId, ...rest }: ResumeRunOptions): Promise<EventOf<"run.started">> {
  const { runId: id } = runEnv({ ...rest, runId });
  for await (const event of journals.read(id)) if (event.type === "run.started") return event;
  throw new RunUnknownError(id, rest.runRoot);
}

type Replay = (event: RecordedEvent) => void;

async function openJournal(journals: JournalStore, { runId, runRoot, takeOver, signal }: ResumeRunOptions, replay: Replay): Promise<Journal> {
  const id = RunId.parse(runId);
  try {
    return await journals.open(id, { replay, ...(takeOver ? { takeOver } : {}), ...(signal ? { signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    if (!DadError.is(error, "JOURNAL_STORAGE_FAILED")) throw error;
    throw new RunNotOpenedError(id, runRoot ?? "runs", error);
  }
}

/** A run as it stood when it was opened again. */
interface Before {
  readonly projection: RunProjection;
  readonly history: RunHistory;
  readonly status: RunStatus;
  /** What ended it. */
  readonly error: ErrorEnvelope | undefined;
}

/** Folds what is recorded while the journal is opened: then nobody else adds to it. */
function foldBefore() {
  const fold = foldHistory();
  let projection = emptyProjection();
  return {
    add(event: RecordedEvent): void {
      projection = project(projection, event);
      fold.add(event);
    },
    fill: async (contents: OriginContents) => fold.fill(contents),
    stand({ runId, runDir }: RunEnvParams): Before {
      const { status, error } = detailsOf(projection, { runDir, live: false });
      if (status === "completed") throw new RunCompletedError(runId);
      return { projection, history: fold.history, status, error };
    },
  };
}

type Stand = Before & { readonly limits: BudgetLimits | undefined };

async function goOn(claimed: ClaimedRun, { projection, history, status, limits }: Stand, { signal, budget }: ResumeRunOptions): Promise<RunContext> {
  const { env, ports, journal } = claimed;
  assertReachable(claimed, history);
  await assertContent(ports, history);
  const inputs = await recordedInputs(ports, history);
  const record = runRecord(journal, { ports, env, before: { projection, history } });
  const shown = shownArtifacts(ports.view);
  let tree = NO_TREE;
  try {
    await record.add({ type: "run.resumed", from: status, ...(budget && limits ? { budget: limits } : {}) });
    await recordTrace(record);
    const { rootComponentId } = record.details();
    await showRun(ports, record.details());
    await shown.add(lastArtifacts(history));
    await showInputFiles(ports, history.inputFiles);
    // It may have been killed before its nodes found anything.
    tree = await openTree({ env, ports, record }, { rerun: history.rerun, revision: history.revision, history, signal });
    return makeRunContext(
      { rootComponentId, budget: limits, history, inputs, inputFiles: history.inputFiles, signal },
      { ...claimed, record, ...tree, shown },
    );
  } catch (error) {
    const opened = { ...claimed, record, ...tree, shown };
    // Why it could not be opened says more than that this cannot be recorded or released either.
    await completeRun(opened, { status: signal?.aborted ? "cancelled" : "failed", error }).catch(() => undefined);
    await releaseRun(opened).catch(() => undefined);
    throw redactedError(error, ports.redactor);
  }
}

/** How many contents are looked for at a time. */
const WIDTH = 16;

/** What the work goes on from has to be there before it does. */
async function assertContent({ artifacts }: RunPorts, { nodes }: RunHistory): Promise<void> {
  const outcomes = [...nodes.values()].flatMap((node) => (node.state === "completed" ? node.artifacts : []));
  const stored = outcomes.filter(({ name, data }) => name === "outcome" && data === undefined);
  await inParallel(WIDTH, stored, async ({ digest, path }) => {
    if ((await artifacts.size(digest)) === undefined) throw new ArtifactMissingError(digest, path);
  });
}

async function recordedInputs({ artifacts }: RunPorts, { inputs }: RunHistory): Promise<Map<string, Json>> {
  return new Map(inputs ? Object.entries(await readJson(artifacts, inputs, StaticInputs)) : []);
}

/** More nodes than can have been waiting to be shown when the process was killed. */
const LAST_NODES = 64;

/** What is reused is shown when somebody asks for it. */
function lastArtifacts({ nodes, inputs }: RunHistory): ArtifactEntry[] {
  const last = [...nodes.values()].filter(({ origin }) => origin === undefined).slice(-LAST_NODES);
  return [...(inputs ? [inputs] : []), ...last.flatMap(({ artifacts }) => artifacts)];
}
