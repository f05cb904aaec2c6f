import type { ComparedDelta, NodeComparison, RunComparison, Usage } from "@dad/protocol";
import { costText, countText, deltaText, durationText, usageText } from "../format/amounts.ts";

/** One fact of two runs, or of two attempts. */
export interface ComparedRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  /** By how much an amount changed. */
  readonly delta?: string;
  /** Whether less of it is better, and there is more: `worse`. */
  readonly tone?: "better" | "worse";
}

/** What both runs were as a whole. */
export function runRows({ before, after, delta }: RunComparison): readonly ComparedRow[] {
  const amount = (label: "executed" | "reused" | "failed"): ComparedRow => ({
    label,
    before: countText(before[label]),
    after: countText(after[label]),
    ...changed(after[label] - before[label], { textOf: countText, isNeutral: label !== "failed" }),
  });
  return [
    { label: "agent", before: before.rootComponentId, after: after.rootComponentId },
    { label: "status", before: before.status, after: after.status },
    ...(before.error || after.error ? [{ label: "error", before: errorText(before.error), after: errorText(after.error) }] : []),
    ...amounts({ before, after, delta }),
    amount("executed"),
    amount("reused"),
    amount("failed"),
  ];
}

/** What two attempts of a node were, as far as both are there. */
export function nodeRows({ before, after, delta }: NodeComparison): readonly ComparedRow[] {
  const decision = (attempt: typeof before) =>
    attempt?.origin ? `${attempt.decision} from ${attempt.origin.runId}` : (attempt?.decision ?? "not there");
  return [
    { label: "type", before: before?.nodeType ?? "", after: after?.nodeType ?? "" },
    { label: "status", before: before?.status ?? "not there", after: after?.status ?? "not there" },
    { label: "decision", before: decision(before), after: decision(after) },
    ...(before?.error || after?.error ? [{ label: "error", before: errorText(before?.error), after: errorText(after?.error) }] : []),
    ...amounts({ before, after, delta }),
  ];
}

interface Amounts {
  readonly durationMs: number | null;
  readonly usage: Usage | null;
}

function amounts({
  before,
  after,
  delta,
}: {
  readonly before: Amounts | undefined;
  readonly after: Amounts | undefined;
  readonly delta: ComparedDelta;
}): readonly ComparedRow[] {
  const usage = (of: Amounts | undefined, textOf: (usage: Usage) => string) => (of === undefined ? "" : of.usage ? textOf(of.usage) : "unknown");
  const took = (of: Amounts | undefined) => (of === undefined ? "" : durationText(of.durationMs));
  const tokens = [deltaText(delta.inputTokens, countText), deltaText(delta.outputTokens, countText)];
  const named = [tokens[0] && `${tokens[0]} in`, tokens[1] && `${tokens[1]} out`].filter((text) => text !== "" && text !== undefined).join(", ");
  return [
    { label: "took", before: took(before), after: took(after), ...changed(delta.durationMs, { textOf: durationText }) },
    {
      label: "cost",
      before: usage(before, ({ costUsd }) => costText(costUsd)),
      after: usage(after, ({ costUsd }) => costText(costUsd)),
      ...changed(delta.costUsd, { textOf: costText }),
    },
    { label: "tokens", before: usage(before, usageText), after: usage(after, usageText), ...(named === "" ? {} : { delta: named }) },
  ];
}

interface Telling {
  readonly textOf: (amount: number) => string;
  /** Neither more nor less is better. */
  readonly isNeutral?: boolean;
}

function changed(amount: number | null, { textOf, isNeutral = false }: Telling): Pick<ComparedRow, "delta" | "tone"> {
  if (amount === null || amount === 0) return {};
  return { delta: deltaText(amount, textOf), ...(isNeutral ? {} : { tone: amount > 0 ? ("worse" as const) : ("better" as const) }) };
}

function errorText(error: { readonly code: string; readonly message: string } | undefined): string {
  return error ? `${error.code}: ${error.message}` : "none";
}

const DIFFERENCES: Readonly<Record<NodeComparison["differs"][number], string>> = {
  presence: "only in one",
  status: "status",
  error: "error",
  fingerprint: "fingerprint",
  prompt: "prompt",
  output: "output",
  toolCalls: "tools called",
  usage: "usage",
  artifacts: "artifacts",
  notCompared: "not compared",
};

/** In what two attempts differ, for people. */
export function differenceTexts({ differs, before }: NodeComparison): readonly string[] {
  return differs.map((difference) => (difference === "presence" ? (before ? "only before" : "only after") : (DIFFERENCES[difference] ?? difference)));
}
