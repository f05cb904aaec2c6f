import type { ArtifactEntry, BudgetLimits, EventDraft, Json } from "@dad/protocol";
import type { OpenedRun } from "./complete-run.ts";
import { enterIsolation } from "./isolated-execution.ts";
import { redactedWriting } from "./redacted-writing.ts";
import type { RunContext } from "./run-context.ts";
import type { RunHistory } from "./run-history.ts";
import { runInputs } from "./run-inputs.ts";
import { runLife } from "./run-life.ts";

/** From then on the static inputs that there are count. */
const BEGINNINGS: ReadonlySet<EventDraft["type"]> = new Set(["component.started", "node.started"]);

export interface RunContextParts {
  readonly rootComponentId: string;
  readonly budget: BudgetLimits | undefined;
  readonly history: RunHistory;
  /** The static inputs that are recorded already. */
  readonly inputs: ReadonlyMap<string, Json>;
  readonly inputFiles: readonly ArtifactEntry[];
  /** Cancels the run. */
  readonly signal: AbortSignal | undefined;
}

/** What a component sees of a run that is open. */
export function makeRunContext(parts: RunContextParts, opened: OpenedRun): RunContext {
  const { rootComponentId, budget, history, inputs, inputFiles, signal } = parts;
  const { env, ports, record, outcome, directory, shown } = opened;
  const life = runLife(opened, signal);
  const writing = redactedWriting(opened);
  let hasBegun = history.components.size + history.nodes.size > 0;
  const run: RunContext = {
    rootComponentId,
    env,
    ports,
    outcome,
    directory,
    budget,
    inputs: runInputs(opened, { recorded: inputs, files: inputFiles, assertGoingOn: () => life.assertGoingOn(), hasBegun: () => hasBegun }),
    history,
    telemetry: record.telemetry,
    signal: life.signal,
    async record(draft, options) {
      life.assertGoingOn();
      hasBegun ||= BEGINNINGS.has(draft.type);
      return writing.record(draft, options);
    },
    tell: (draft) => writing.tell(draft),
    async keep(artifact) {
      life.assertGoingOn();
      return writing.keep(artifact);
    },
    show: (artifacts) => shown.add(artifacts),
    async isolate(spec) {
      life.assertGoingOn();
      return enterIsolation(run, spec);
    },
    details: () => record.details(),
    complete: (status, error) => life.complete({ status, error }),
    park: (requests) => life.complete({ status: "waiting", requests }),
    [Symbol.asyncDispose]: () => life.release(),
  };
  return run;
}
