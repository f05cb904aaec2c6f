/**
 * The one table of the names that DAD tells traces, metrics and logs by. Those of others are of the OpenTelemetry conventions for
 * generative AI, which have no release and rename things: pinned here, so that a change is one of this file.
 *
 * https://github.com/open-telemetry/semantic-conventions-genai/tree/e07f4ebacb08f56db8c4c882d117720333fbca04
 */

export const GENAI_CONVENTIONS_COMMIT = "e07f4ebacb08f56db8c4c882d117720333fbca04";
export const GENAI_SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

export const ATTRIBUTES = {
  telemetrySdk: { name: "telemetry.sdk.name", language: "telemetry.sdk.language", version: "telemetry.sdk.version" },
  service: { name: "service.name", version: "service.version", instanceId: "service.instance.id" },
  error: { type: "error.type" },
  exception: { type: "exception.type", message: "exception.message", stacktrace: "exception.stacktrace" },
  server: { address: "server.address", port: "server.port" },
  network: { transport: "network.transport" },
  process: { executableName: "process.executable.name", exitCode: "process.exit.code" },
  /** `severity` and `message`: of a log record that is an event of a span. */
  log: { iostream: "log.iostream", severity: "log.severity", message: "log.message" },
  rpc: { responseStatusCode: "rpc.response.status_code" },
  jsonrpc: { requestId: "jsonrpc.request.id" },
  mcp: { methodName: "mcp.method.name", sessionId: "mcp.session.id", protocolVersion: "mcp.protocol.version" },
  genAi: {
    operationName: "gen_ai.operation.name",
    providerName: "gen_ai.provider.name",
    outputType: "gen_ai.output.type",
    workflowName: "gen_ai.workflow.name",
    agentName: "gen_ai.agent.name",
    requestModel: "gen_ai.request.model",
    requestMaxTokens: "gen_ai.request.max_tokens",
    requestTemperature: "gen_ai.request.temperature",
    requestTopP: "gen_ai.request.top_p",
    requestSeed: "gen_ai.request.seed",
    requestStopSequences: "gen_ai.request.stop_sequences",
    requestReasoningLevel: "gen_ai.request.reasoning.level",
    requestStream: "gen_ai.request.stream",
    responseId: "gen_ai.response.id",
    responseModel: "gen_ai.response.model",
    responseFinishReasons: "gen_ai.response.finish_reasons",
    responseTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
    usageInputTokens: "gen_ai.usage.input_tokens",
    usageOutputTokens: "gen_ai.usage.output_tokens",
    usageCacheReadInputTokens: "gen_ai.usage.cache_read.input_tokens",
    usageCacheWriteInputTokens: "gen_ai.usage.cache_write.input_tokens",
    usageReasoningOutputTokens: "gen_ai.usage.reasoning.output_tokens",
    embeddingsDimensionCount: "gen_ai.embeddings.dimension.count",
    tokenModality: "gen_ai.token.modality",
    toolName: "gen_ai.tool.name",
    toolType: "gen_ai.tool.type",
    toolDescription: "gen_ai.tool.description",
    toolCallId: "gen_ai.tool.call.id",
    /** Contents: recorded only when capture is on. JSON. */
    systemInstructions: "gen_ai.system_instructions",
    inputMessages: "gen_ai.input.messages",
    outputMessages: "gen_ai.output.messages",
    toolDefinitions: "gen_ai.tool.definitions",
    toolCallArguments: "gen_ai.tool.call.arguments",
    toolCallResult: "gen_ai.tool.call.result",
  },
  dad: {
    sdkVersion: "dad.sdk.version",
    runId: "dad.run.id",
    runRootComponent: "dad.run.root_component",
    runStatus: "dad.run.status",
    executionId: "dad.execution.id",
    nodePath: "dad.node.path",
    nodeType: "dad.node.type",
    nodeAttempt: "dad.node.attempt",
    nodeStatus: "dad.node.status",
    nodeDecision: "dad.node.decision",
    nodeEffect: "dad.node.effect",
    componentKind: "dad.component.kind",
    stepName: "dad.step.name",
    linkType: "dad.link.type",
    recovered: "dad.recovered",
    outcomeCommit: "dad.outcome.commit",
    outcomeBranch: "dad.outcome.branch",
    costUsd: "dad.cost.usd",
    usageRecordedCalls: "dad.usage.recorded.calls",
    usageRecordedInputTokens: "dad.usage.recorded.input_tokens",
    usageRecordedOutputTokens: "dad.usage.recorded.output_tokens",
    budgetScope: "dad.budget.scope",
    budgetUnit: "dad.budget.unit",
    budgetLimit: "dad.budget.limit",
    budgetSpent: "dad.budget.spent",
    modelAlias: "dad.model.alias",
    modelFallbackFrom: "dad.model.fallback_from",
    modelAttempt: "dad.model.attempt",
    toolSource: "dad.tool.source",
    toolApproval: "dad.tool.approval",
    inputId: "dad.input.id",
    inputKey: "dad.input.key",
    isolationPreset: "dad.isolation.preset",
    isolationAdapter: "dad.isolation.adapter",
    isolationGuards: "dad.isolation.guards",
    isolationDegraded: "dad.isolation.degraded",
    /** In seconds: how long an attempt waited for answers, and how long nothing is done before the next one. */
    waitDuration: "dad.node.wait.duration",
    retryDelay: "dad.retry.delay",
    /** Of a log record: the entry in the journal of the run, and the name of what a program itself told. */
    eventSeq: "dad.event.seq",
    customName: "dad.custom.name",
    /** How many bytes of output are in no log. */
    outputBytes: "dad.command.output.bytes",
    /** Contents of a node: recorded only as far as capture says. JSON. */
    nodeInput: "dad.node.input",
    nodeOutput: "dad.node.output",
    /** The names of attributes that were cut, because they were longer than capture allows. */
    cut: "dad.capture.cut",
    /** Of the record that a span has started. */
    spanName: "dad.span.name",
    spanKind: "dad.span.kind",
    spanParentId: "dad.span.parent_id",
  },
} as const;

/** Of an artifact that has the content which is not in the span, such as `input` or `reply`. */
export function artifactAttributes(what: string): { readonly uri: string; readonly digest: string } {
  return { uri: `dad.artifact.${what}.uri`, digest: `dad.artifact.${what}.digest` };
}

/** Values of `gen_ai.operation.name`. */
export const OPERATIONS = {
  chat: "chat",
  embeddings: "embeddings",
  executeTool: "execute_tool",
  invokeAgent: "invoke_agent",
  invokeWorkflow: "invoke_workflow",
  plan: "plan",
} as const;

/** Names of spans. */
export const SPANS = {
  invokeWorkflow: (workflow: string) => `invoke_workflow ${workflow}`,
  invokeAgent: (agent: string) => `invoke_agent ${agent}`,
  plan: (agent: string) => `plan ${agent}`,
  chat: (model: string) => `chat ${model}`,
  embeddings: (model: string) => `embeddings ${model}`,
  executeTool: (tool: string) => `execute_tool ${tool}`,
  /** An attempt of a node, a component or a block of one. */
  node: (type: string, id: string) => `${type} ${id}`,
  listTools: (source: string) => `tools/list ${source}`,
} as const;

/** Values of `dad.link.type`. */
export const LINKS = { rerunOf: "rerun_of", reusedFrom: "reused_from", continuedFrom: "continued_from", retryOf: "retry_of" } as const;

/** Names of log records. */
export const EVENTS = {
  /** A call of a model that failed, also one that was tried again. WARN. */
  clientException: "gen_ai.client.operation.exception",
  /** A span that goes on after its beginning was told. TRACE. */
  spanStarted: "dad.span.started",
  /** A line that a command wrote. */
  commandOutput: "dad.command.output",
  /** How much more a command wrote. */
  commandOutputDropped: "dad.command.output.dropped",
  /** What a run tells of itself: its own events. */
  ofRun: (type: string) => `dad.${type}`,
} as const;

export interface MetricConvention {
  readonly name: string;
  readonly kind: "counter" | "histogram";
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  readonly bounds?: readonly number[];
}

const DURATION_BOUNDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const AGENT_DURATION_BOUNDS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];
const TOKEN_BOUNDS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const CALL_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128];

export const METRICS = {
  workflowDuration: histogram("gen_ai.invoke_workflow.duration", "s", "How long a run or a flow in it took.", AGENT_DURATION_BOUNDS),
  agentDuration: histogram("gen_ai.invoke_agent.duration", "s", "How long an agent took.", AGENT_DURATION_BOUNDS),
  agentInferenceCalls: histogram("gen_ai.invoke_agent.inference_calls", "{call}", "How often an agent called models.", CALL_BOUNDS),
  agentToolCalls: histogram("gen_ai.invoke_agent.tool_calls", "{call}", "How many tools an agent executed.", CALL_BOUNDS),
  toolDuration: histogram("gen_ai.execute_tool.duration", "s", "How long a tool or a command took.", DURATION_BOUNDS),
  operationDuration: histogram("gen_ai.client.operation.duration", "s", "How long a call of a model took.", DURATION_BOUNDS),
  timeToFirstChunk: histogram("gen_ai.client.operation.time_to_first_chunk", "s", "How long the first piece of a reply took.", DURATION_BOUNDS),
  timePerOutputChunk: histogram("gen_ai.client.operation.time_per_output_chunk", "s", "How long each piece after the first took.", DURATION_BOUNDS),
  inputTokens: counter("gen_ai.client.inference.usage.input_tokens", "{token}", "Tokens that models were told, with cached ones."),
  outputTokens: counter("gen_ai.client.inference.usage.output_tokens", "{token}", "Tokens that models replied, with reasoning."),
  cacheReadTokens: counter("gen_ai.client.inference.usage.cache_read.input_tokens", "{token}", "Tokens of the input that came from a cache."),
  cacheWriteTokens: counter("gen_ai.client.inference.usage.cache_write.input_tokens", "{token}", "Tokens of the input that went into a cache."),
  reasoningTokens: counter("gen_ai.client.inference.usage.reasoning.output_tokens", "{token}", "Tokens of the output spent on reasoning."),
  operationInputTokens: histogram("gen_ai.client.inference.operation.input_tokens", "{token}", "Tokens that a call told a model.", TOKEN_BOUNDS),
  operationOutputTokens: histogram("gen_ai.client.inference.operation.output_tokens", "{token}", "Tokens that a model replied.", TOKEN_BOUNDS),
  cost: counter("dad.cost.usd", "{USD}", "What calls of models cost, as far as their prices are known."),
  recordedCalls: counter("dad.usage.recorded.calls", "{call}", "Calls that recordings and scripts replied to, for nothing."),
  recordedInputTokens: counter("dad.usage.recorded.input_tokens", "{token}", "Tokens that a recorded call says to have told a model."),
  recordedOutputTokens: counter("dad.usage.recorded.output_tokens", "{token}", "Tokens that a recorded reply says to have taken."),
  nodeDuration: histogram("dad.node.duration", "s", "How long an attempt of a node took.", DURATION_BOUNDS),
  nodesReused: counter("dad.node.reused", "{node}", "Nodes whose results were taken from another run."),
  nodeRetries: counter("dad.node.retries", "{attempt}", "Attempts of nodes after one that had ended. What goes on after a wait is none."),
  inputWait: histogram("dad.input.wait.duration", "s", "How long a node waited for an answer.", AGENT_DURATION_BOUNDS),
} as const satisfies Readonly<Record<string, MetricConvention>>;

function counter(name: string, unit: string, description: string): MetricConvention & { readonly kind: "counter" } {
  return { name, kind: "counter", unit, description };
}

interface HistogramConvention extends MetricConvention {
  readonly kind: "histogram";
  readonly bounds: readonly number[];
}

// oxlint-disable-next-line eslint/max-params -- a row of the table
function histogram(name: string, unit: string, description: string, bounds: readonly number[]): HistogramConvention {
  return { name, kind: "histogram", unit, description, bounds };
}
