/**
 * What two processes must agree on: ids, file and event formats, the error envelope.
 *
 * Every byte that crosses a process or reaches a disk has its schema here, and nothing else is here.
 *
 * @packageDocumentation
 */
export { ArtifactEntry, Descriptor } from "./artifact.ts";
export { BisectCommit, BisectCulprit, BisectReport, BisectTest } from "./bisect-report.ts";
export { BudgetLevel, BudgetLimits, BudgetUnit } from "./budget.ts";
export { CheckoutReport } from "./checkout-report.ts";
export { DefinitionGraph, GraphEdge, GraphElement } from "./definition-graph.ts";
export { Digest, digestOfBytes, digestOfHex, digestOfJson, hexOfDigest } from "./digest.ts";
export { Durability } from "./durability.ts";
export { DadError, type DadErrorOptions, ERROR_LIMITS, ErrorEnvelope, errorEnvelope, errorFromEnvelope, messageOf } from "./error.ts";
export { CLOUD_EVENT_TYPE_PREFIX, CloudEvent, fromCloudEvent, toCloudEvent } from "./cloud-event.ts";
export { type CustomEvents, type EventDraft, type EventOf, isKnownEvent, parseEvent, RunEvent, type RunEventType, UnknownEvent } from "./event.ts";
export { Finding, FindingSeverity } from "./finding.ts";
export { ForkedFrom, ForkedRun, ForkReport, ForkStatus } from "./fork-report.ts";
export { FsckReport, RepairOutcome } from "./fsck-report.ts";
export { GarbageVerdict, GcReport, TrashReport } from "./gc-report.ts";
export { ExecutionId, isGeneratedRunId, NodeId, NodePath, nodeDirectory, nodePath, ProjectName, RelativePath, RunId, RunIdPrefix } from "./id.ts";
export { EgressRequest } from "./egress-request.ts";
export {
  AnsweredBy,
  type InboxAnswer,
  InboxMessage,
  type InboxSignal,
  InputChoice,
  InputId,
  InputKey,
  InputRequest,
  InputTimeout,
} from "./input-request.ts";
export { AnswerReport, EarlyAnswer, InputsReport, OpenInput, SignalReport } from "./input-report.ts";
export { IsolationRecord } from "./isolation-record.ts";
export { IsolationReport, MachineCheck, MachineReport } from "./machine-report.ts";
export { SandboxReport } from "./sandbox-report.ts";
export { assertJson, canonicalJson, isJsonObject, Json } from "./json.ts";
export { JournalEntry, quicklyRecorded, type RecordedEvent } from "./journal-entry.ts";
export { LargeFilePointer } from "./large-file-pointer.ts";
export { Lineage, LineageAttempt, LineageGiven, LineageInput, LineageNode, LineageRef, LineageRun, LineageWriter } from "./lineage.ts";
export {
  type ModelFilePart,
  ModelMessage,
  type ModelProviderData,
  type ModelReasoningPart,
  type ModelReplyPart,
  type ModelTextPart,
  ModelTool,
  type ModelToolCallPart,
  ModelToolChoice,
  type ModelToolResultPart,
  type ModelUserPart,
} from "./model-message.ts";
export {
  ModelExchange,
  ModelFinishReason,
  ModelOutputSpec,
  ModelReasoningEffort,
  ModelRequest,
  ModelResponse,
  ModelSettings,
  ModelTape,
  WrittenModelSettings,
} from "./model-tape.ts";
export { LogsData, MetricsData, OtlpAttribute, OtlpLogRecord, OtlpMetric, OtlpSpan, OtlpValue, TracesData } from "./otlp.ts";
export { nameHint, nearestName } from "./name-hint.ts";
export { NodeFingerprint } from "./node-fingerprint.ts";
export { NodeResult } from "./node-result.ts";
export { Pin } from "./pin.ts";
export { PushReport } from "./push-report.ts";
export {
  OutcomeCheckoutReport,
  OutcomeDiff,
  OutcomeFileChange,
  OutcomeFileCounts,
  OutcomeListEntry,
  OutcomeLog,
  OutcomeLogCommit,
  OutcomeMergeReport,
  OutcomeNodeCommit,
  OutcomePlace,
  OutcomeReport,
} from "./outcome-report.ts";
export { ModelReport, ProfileReport, ResourcesReport, ResourceStatus } from "./resources-report.ts";
export { PlanDecision, PlannedNode, PlanProblem, PlanReason, RerunPlan } from "./rerun-plan.ts";
export {
  ComponentSummary,
  FailureHandling,
  FinalStatus,
  NodeDecision,
  NodeEffect,
  NodeOrigin,
  NodeStatus,
  NodeSummary,
  LargeFile,
  OutcomeRef,
  OutcomeSource,
  RerunOf,
  RunDetails,
  RunListEntry,
  RunManifest,
  RunSource,
  RunStatus,
  RunSummary,
} from "./run.ts";
export {
  ArtifactChange,
  ComparedAttempt,
  ComparedDelta,
  ComparedRun,
  FingerprintChange,
  JsonChange,
  JsonDiff,
  NodeComparison,
  NodeDifference,
  OutcomeComparison,
  OutputDiff,
  PromptDiff,
  RunComparison,
  TextDiff,
  ToolCallDiff,
  ToolCallStep,
} from "./run-comparison.ts";
export {
  ReportAttempt,
  ReportContent,
  ReportElement,
  ReportLog,
  ReportMetric,
  ReportOmission,
  ReportRun,
  ReportSpan,
  ReportWait,
  RunReport,
} from "./run-report.ts";
export { RunEnvParams } from "./run-env-params.ts";
export { RunMetadata, RunRuntime } from "./run-metadata.ts";
export { RunOwner } from "./run-owner.ts";
export { StagedChange } from "./staged-change.ts";
export { StartedCommand } from "./started-command.ts";
export { StaticInputs } from "./static-inputs.ts";
export { DurationStats, StatsGroup, StatsReport } from "./stats-report.ts";
export { StoreRepair } from "./store-repair.ts";
export { SpanId, Traceparent, TraceId, traceIdOf } from "./trace-context.ts";
export { GarbageKind, TrashHeader, TrashItem } from "./trash.ts";
export { addUsage, asRecorded, ForfeitedUsage, isAllRecorded, NO_USAGE, RecordedUsage, Usage } from "./usage.ts";
