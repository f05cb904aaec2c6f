import type { ComparedAttempt, ComparedDelta, ComparedRun, NodeComparison, RunComparison, Usage } from "@dad/protocol";
import { costText, recordedText, tokensText } from "./amounts.ts";
import { durationText } from "./duration.ts";
import { errorLine } from "./error-text.ts";

/** One fact of two runs, or of two attempts, for people. */
export interface ComparedFact {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  /** By how much an amount changed; `""` where that says nothing. */
  readonly delta: string;
}

/** What two runs were as a whole. */
export function comparedTotals({ before, after, delta }: RunComparison): readonly ComparedFact[] {
  const fact = (label: string, read: (run: ComparedRun) => string): ComparedFact => ({ label, before: read(before), after: read(after), delta: "" });
  const counted = (label: "executed" | "reused" | "failed"): ComparedFact => ({
    ...fact(label, (run) => String(run[label])),
    delta: signed(after[label] - before[label], String),
  });
  return [
    fact("run", ({ runId }) => runId),
    fact("agent", ({ rootComponentId }) => rootComponentId),
    fact("status", ({ status }) => status),
    ...(before.error || after.error ? [fact("error", ({ error }) => (error ? errorLine({ ...error, retryable: false }) : "none"))] : []),
    { ...fact("tokens", ({ usage }) => tokensText(usage)), delta: tokensDelta(delta) },
    ...(before.usage.recorded || after.usage.recorded ? [fact("recorded", ({ usage }) => saidText(usage))] : []),
    { ...fact("cost", ({ usage }) => costText(usage.costUsd)), delta: costDelta(delta) },
    { ...fact("took", ({ durationMs }) => tookText(durationMs)), delta: tookDelta(delta) },
    counted("executed"),
    counted("reused"),
    counted("failed"),
  ];
}

/** What two attempts were as a whole, as far as it differs; and how long they took. */
export function comparedFacts({ before, after, delta }: NodeComparison): readonly ComparedFact[] {
  if (!before || !after) return [];
  const fact = (label: string, read: (attempt: ComparedAttempt) => string): ComparedFact => ({
    label,
    before: read(before),
    after: read(after),
    delta: "",
  });
  const facts = [
    fact("type", ({ nodeType = "" }) => nodeType),
    fact("status", ({ status }) => status),
    fact("decision", ({ decision, origin }) => (origin ? `${decision} from ${origin.runId}` : decision)),
    fact("error", ({ error }) => (error ? errorLine({ ...error, retryable: false }) : "none")),
    { ...fact("tokens", ({ usage }) => knownText(usage, tokensText)), delta: tokensDelta(delta) },
    fact("recorded", ({ usage }) => knownText(usage, saidText)),
    { ...fact("cost", ({ usage }) => knownText(usage, (known) => costText(known.costUsd))), delta: costDelta(delta) },
    { ...fact("took", ({ durationMs }) => tookText(durationMs)), delta: tookDelta(delta) },
  ];
  return facts.filter((one) => one.before !== one.after);
}

function knownText(usage: Usage | null, textOf: (usage: Usage) => string): string {
  return usage === null ? "unknown" : textOf(usage);
}

function saidText({ recorded }: Usage): string {
  return recorded ? recordedText(recorded) : "nothing";
}

function tookText(durationMs: number | null): string {
  return durationMs === null ? "unknown" : durationText(durationMs);
}

function tokensDelta({ inputTokens, outputTokens }: ComparedDelta): string {
  const amount = (tokens: number) => tokens.toLocaleString("en-US");
  const parts = [
    { what: "in", text: signed(inputTokens, amount) },
    { what: "out", text: signed(outputTokens, amount) },
  ];
  return parts.flatMap(({ what, text }) => (text === "" ? [] : [`${text} ${what}`])).join(", ");
}

function costDelta({ costUsd }: ComparedDelta): string {
  return signed(costUsd, costText);
}

function tookDelta({ durationMs }: ComparedDelta): string {
  return signed(durationMs, durationText);
}

function signed(amount: number | null, textOf: (amount: number) => string): string {
  if (amount === null || amount === 0) return "";
  return `${amount > 0 ? "+" : "-"}${textOf(Math.abs(amount))}`;
}
