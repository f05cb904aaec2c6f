/**
 * Ways out of an isolation, tried on this machine: by the contract of adapters, and by whoever wants to see that theirs holds.
 *
 * @packageDocumentation
 */
export { ESCAPES } from "./escapes/all.ts";
export type { EscapeAttempt, Ground, Tried } from "./escapes/attempt.ts";
export type { Argv, HostProgram } from "./escapes/programs.ts";
export type { Condition } from "./escapes/conditions.ts";
export { escapesAsMarkdown, escapesAsText } from "./escapes/report.ts";
export { type EscapeOptions, type EscapeReport, type GuardReport, type GuardVerdict, runEscapes } from "./escapes/run-escapes.ts";
export { type EscapeVerdict, tryAttempt, type TryOptions, type Verdict } from "./escapes/try-attempt.ts";
