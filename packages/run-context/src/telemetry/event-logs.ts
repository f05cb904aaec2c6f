import { type Attributes, ATTRIBUTES, type Context, EVENTS, type Logger, type LogLevel, SEVERITIES, type SeverityNumber } from "@dad/observability";
import type { ErrorEnvelope, RunEvent, RunEventType } from "@dad/protocol";

const { dad, error: errors, exception } = ATTRIBUTES;

/** How much each fact matters to somebody who reads the logs of a run. What is absent is none of them: output as it comes, for instance. */
const LEVELS = {
  "run.started": "info",
  "run.resumed": "info",
  "run.completed": "info",
  "run.failed": "error",
  "run.cancelled": "warn",
  "run.parked": "info",
  "component.started": "debug",
  "component.completed": "debug",
  "component.failed": "debug",
  "component.cancelled": "debug",
  "component.parked": "debug",
  "component.skipped": "debug",
  "node.started": "debug",
  "node.completed": "info",
  "node.failed": "error",
  "node.cancelled": "info",
  "node.parked": "info",
  "node.intercepted": "warn",
  "node.rested": "debug",
  "step.completed": "debug",
  "input.requested": "info",
  "input.answered": "info",
  "input.rejected": "warn",
  "input.expired": "warn",
  "input.cancelled": "info",
  "attempt.retried": "warn",
  "failure.handled": "warn",
  "artifact.recorded": "debug",
  "budget.warned": "warn",
  "budget.exhausted": "warn",
  "model.retried": "warn",
  "model.replaced": "warn",
  "inputs.registered": "debug",
  "outcome.opened": "debug",
  "workspace.opened": "debug",
  "outcome.committed": "debug",
  "outcome.failed": "error",
  "isolation.opened": "debug",
  "network.requested": "debug",
  "journal.recovered": "warn",
  "run.repaired": "warn",
  "handler.failed": "warn",
  "custom.emitted": "info",
} as const satisfies Partial<Record<RunEventType, LogLevel>>;

/** What all records of one type of fact have in common. */
interface Kind {
  readonly severityNumber: SeverityNumber;
  readonly severityText: string;
  readonly eventName: string;
  /** What happened, and to what if not to an element. For people. */
  readonly participle: string;
  readonly noun: string;
}

const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries(LEVELS).map(([type, level]) => {
    const [noun = "", participle = ""] = type.split(".");
    return [type, { severityNumber: SEVERITIES[level], severityText: level.toUpperCase(), eventName: EVENTS.ofRun(type), noun, participle }];
  }),
);

export interface EventLogsOptions {
  /** Whether what models are told and say may be told. */
  readonly messages: boolean;
}

/** Tells facts as log records, each named `dad.<type>`, where they happened. */
export function eventLogs(logger: Logger, { messages }: EventLogsOptions): (fact: RunEvent, place: () => Context | undefined) => void {
  return (fact, place) => {
    const kind = KINDS.get(fact.type);
    if (kind === undefined || !logger.enabled(kind)) return;
    const { severityNumber, severityText, eventName } = kind;
    const why = failureOf(fact, messages);
    const context = place();
    const record = { eventName, severityNumber, severityText, body: textOf(fact, kind, why), attributes: attributesOf(fact, why) };
    logger.emit(context ? { ...record, context } : record);
  };
}

/** For people: what happened to what. */
function textOf(fact: RunEvent, { noun, participle }: Kind, why: Why | undefined): string {
  const path = pathOf(fact);
  return `${path === undefined ? noun : `${noun} ${path}`} ${participle}${why ? `: ${why.message ?? why.type}` : ""}`;
}

function pathOf(fact: RunEvent): string | undefined {
  return "path" in fact ? (fact.path as string | undefined) : undefined;
}

interface Why {
  readonly type: string;
  /** Absent when it has what nobody said may be told. */
  readonly message?: string;
}

/** Why something failed, or was tried again. The causes are on record. */
function failureOf(fact: RunEvent, messages: boolean): Why | undefined {
  if (!("error" in fact) || fact.error === undefined) return undefined;
  const error = fact.error as ErrorEnvelope;
  return !messages && isQuoting(error) ? { type: error.code } : { type: error.code, message: error.message };
}

/** Errors whose messages have the beginning of what a model said, or what its provider says of what it was told. */
const QUOTING: ReadonlySet<string> = new Set(["MODEL_REPLY_INVALID", "MODEL_REFUSED"]);

/** These are told with the message of their cause. Of a component, that is on record with the node alone. */
const WRAPPING: ReadonlySet<string> = new Set(["NODE_FAILED", "BLOCK_FAILED"]);

function isQuoting({ code, cause }: ErrorEnvelope): boolean {
  return QUOTING.has(code) || (cause === undefined ? WRAPPING.has(code) : isQuoting(cause));
}

function attributesOf(fact: RunEvent, why: Why | undefined): Attributes {
  const attributes: Attributes = {};
  const path = pathOf(fact);
  if (path !== undefined) attributes[dad.nodePath] = path;
  if ("attempt" in fact && typeof fact.attempt === "number") attributes[dad.nodeAttempt] = fact.attempt;
  if (typeof fact["seq"] === "number") attributes[dad.eventSeq] = fact["seq"];
  if (why) {
    attributes[errors.type] = why.type;
    attributes[exception.type] = why.type;
    if (why.message !== undefined) attributes[exception.message] = why.message;
  }
  return Object.assign(attributes, ownAttributes(fact));
}

/** What only facts of this type have. Never content: that is where the record says. */
function ownAttributes(fact: RunEvent): Attributes | undefined {
  switch (fact.type) {
    case "node.started":
      return { [dad.nodeType]: fact.nodeType };
    case "node.completed":
      return { [dad.nodeDecision]: fact.decision };
    case "component.started":
      return { [dad.componentKind]: fact.kind };
    case "step.completed":
      return { [dad.stepName]: fact.name };
    case "input.requested":
      return { [dad.inputId]: fact.request.id, [dad.inputKey]: fact.request.key };
    case "input.answered":
    case "input.rejected":
    case "input.expired":
    case "input.cancelled":
      return { [dad.inputId]: fact.request };
    case "attempt.retried":
      return { [dad.retryDelay]: fact.delayMs / 1000 };
    case "model.retried":
      return { [dad.modelAlias]: fact.model, [dad.retryDelay]: fact.delayMs / 1000 };
    case "model.replaced":
      return { [dad.modelAlias]: fact.by, [dad.modelFallbackFrom]: fact.model };
    case "budget.warned":
    case "budget.exhausted":
      return { [dad.budgetScope]: fact.scope, [dad.budgetUnit]: fact.unit, [dad.budgetLimit]: fact.limit, [dad.budgetSpent]: fact.spent };
    case "outcome.committed":
      return { [dad.outcomeCommit]: fact.outcome.commit, [dad.outcomeBranch]: fact.outcome.branch };
    case "isolation.opened":
      return { [dad.isolationAdapter]: fact.isolation.adapter, [dad.isolationPreset]: fact.isolation.preset };
    case "custom.emitted":
      return { [dad.customName]: fact.name };
    default:
      return undefined;
  }
}
