/**
 * A run for people at a terminal: its progress, its summary, its errors.
 *
 * @packageDocumentation
 */
export { isolationLine } from "./isolation-line.ts";
export { costText, recordedText, sizeText, tokensText } from "./amounts.ts";
export { type BisectContext, bisectCommitText, bisectStepText, bisectText, bisectVerdictText } from "./bisect-text.ts";
export { type ComparedFact, comparedFacts, comparedTotals } from "./compared-facts.ts";
export { type ComparisonContext, comparisonText } from "./comparison-text.ts";
export { errorLines, errorText } from "./error-text.ts";
export { lineageText } from "./lineage-text.ts";
export type { LineageContext } from "./lineage-tree.ts";
export { eventText } from "./event-text.ts";
export { type ForkContext, forkText } from "./fork-text.ts";
export { type ForkProgress, forkProgress } from "./fork-progress.ts";
export { setText } from "./set-text.ts";
export { outcomeDiffText, type OutcomeMergeContext, outcomeMergeText, outcomePlaceText } from "./outcome-diff-text.ts";
export { countsOf, type OutcomeContext, outcomeListText, outcomeLogText, outcomeText } from "./outcome-text.ts";
export { inputsText, type InputsContext } from "./inputs-text.ts";
export { lineWriter, type LineWriter } from "./line-writer.ts";
export { type Paint, paintFor, type Style } from "./paint.ts";
export { placeText, programName, shellWord } from "./place.ts";
export { type PlanContext, planText } from "./plan-text.ts";
export type { Progress } from "./progress.ts";
export type { LineLook } from "./progress-line.ts";
export { progressOn, type ProgressOptions } from "./progress-on.ts";
export { resourcesText } from "./resources-text.ts";
export { runListText } from "./run-list.ts";
export { fittingText, hasExpired, promptLine, requestLines, type RequestLook, whoText } from "./request-text.ts";
export { type RunTree, runTree } from "./run-tree.ts";
export { schemaText } from "./schema-text.ts";
export { sparkline, statsText } from "./stats-text.ts";
export { startLine } from "./start-line.ts";
export { type SummaryContext, summaryText } from "./summary.ts";
export { answerProblems } from "./prompts/answer-problems.ts";
export { type AnswerChoices, choicesOf } from "./prompts/choices-of.ts";
export type { EditText } from "./prompts/dialog.ts";
export type { KeySource } from "./prompts/keyboard.ts";
export { terminalAnswers, type TerminalAnswersOptions } from "./prompts/terminal-answers.ts";
export { jsonLine, jsonText, visible } from "./visible.ts";
export type { AnswerCommand } from "./waiting-line.ts";
