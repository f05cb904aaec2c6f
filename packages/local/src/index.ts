/**
 * The one-machine composition that the CLI and the samples share: runs in a directory, outcomes in a
 * git repository beside them, commands in processes of this machine.
 *
 * @packageDocumentation
 */
export { commandsLeft, type LeftCommand } from "./commands-left.ts";
export { examineMachine, type ExamineMachineOptions } from "./examine-machine.ts";
export { type Fork, forkAgent, type ForkAgentOptions, type ForkChild, type ForkedChild } from "./fork-agent.ts";
export { ForkBudgetError, ForkRefusedError, type RefusedChild } from "./fork/errors.ts";
export { InputFilesError } from "./input-files/errors.ts";
export { findInputFiles, type InputFiles, type InputFilesOptions } from "./input-files/find-input-files.ts";
export { MaintenanceError } from "./maintenance/errors.ts";
export { type LocalMaintenance, localMaintenance, type LocalMaintenanceOptions } from "./maintenance/local-maintenance.ts";
export { localIsolation, type LocalIsolationOptions } from "./local-isolation.ts";
export { collectorsOf, type LocalObservability } from "./local-observability.ts";
export { diskWorkspaces, type DiskWorkspacesOptions, WorkspaceError } from "./disk-workspaces.ts";
export type { LocalOutcomeOptions } from "./local-outcomes.ts";
export { type IsolationChoice, type LocalPortsOptions, localPorts } from "./local-ports.ts";
export { type LocalStore, type LocalStoreOptions, localStore } from "./local-store.ts";
export { continuationOf, type ContinuationWhere, planAgentRerun, type PlanAgentRerunOptions, type RerunWhere } from "./plan-agent-rerun.ts";
export { redactingFor, type Redacting, type RedactingOptions } from "./redacting.ts";
export { type AgentRun, resumeAgent, type ResumeAgentOptions, runAgent, type RunAgentOptions } from "./run-agent.ts";
