import type { BudgetLevel, Usage } from "@dad/protocol";
import type { ComponentChildren } from "preact";
import { Section } from "../elements/facts.tsx";
import { amountText, budgetText, costText, countText, durationText, isPaid, usageText } from "../format/amounts.ts";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { nodeCounts, type NodeCounts, runTimes, type RunTimes } from "./summary.ts";

/** Cost, tokens, time and nodes, each in one box. */
export function Tiles({ store: { run, report } }: { readonly store: Store }) {
  const { usage, saved } = run.details;
  return (
    <div class="tiles">
      <CostTile usage={usage} saved={saved} />
      <TokensTile usage={usage} />
      <TimeTile times={runTimes(run, Date.parse(report.generatedAt))} />
      <NodesTile counts={nodeCounts(run)} />
    </div>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: ComponentChildren;
  readonly children?: ComponentChildren;
}

function Tile({ title, value, children }: TileProps) {
  return (
    <section class="tile" aria-label={title}>
      <h2>{title}</h2>
      <p class="tile-value">{value}</p>
      <div class="tile-more">{children}</div>
    </section>
  );
}

function CostTile({ usage, saved }: { readonly usage: Usage; readonly saved: Usage | undefined }) {
  return (
    <Tile title="Cost" value={costText(usage.costUsd)}>
      {usage.costUsd === null && <p>The price of a model is not known.</p>}
      {usage.calls !== undefined && <p>{amountText(usage.calls, "call")} of models</p>}
      {saved && <p>{saved.costUsd === 0 ? usageText(saved) : costText(saved.costUsd)} saved by what was reused</p>}
      {usage.forfeited && (
        <p>
          and at most {usage.forfeited.usd === null ? "an unknown amount" : costText(usage.forfeited.usd)} for{" "}
          {amountText(usage.forfeited.calls, "call")} that broke off
        </p>
      )}
    </Tile>
  );
}

function TokensTile({ usage }: { readonly usage: Usage }) {
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0, recorded } = usage;
  const parts = [
    { name: "in", amount: Math.max(0, inputTokens - cachedInputTokens), class: "fill-running" },
    { name: "in, from a cache", amount: cachedInputTokens, class: "fill-skipped" },
    { name: "out", amount: Math.max(0, outputTokens - reasoningTokens), class: "fill-chat" },
    { name: "out, reasoning", amount: reasoningTokens, class: "fill-reused" },
  ];
  return (
    <Tile title="Tokens" value={countText(inputTokens + outputTokens)}>
      {(isPaid(usage) || !recorded) && <StackedBar parts={parts} textOf={countText} />}
      {cacheWriteTokens > 0 && <p class="dim">{countText(cacheWriteTokens)} put into the cache</p>}
      {recorded && (
        <p>
          {countText(recorded.inputTokens)} in, {countText(recorded.outputTokens)} out{" "}
          <span class="dim">recorded in {amountText(recorded.calls, "reply", "replies")}, nothing paid</span>
        </p>
      )}
    </Tile>
  );
}

function TimeTile({ times: { wall, busy, waiting, work } }: { readonly times: RunTimes }) {
  const idle = Math.max(0, wall - busy - waiting);
  const parts = [
    { name: "busy", amount: busy, class: "fill-completed" },
    { name: "waiting for people", amount: waiting, class: "fill-waiting" },
    { name: "between", amount: idle, class: "fill-skipped" },
  ];
  return (
    <Tile title="Time" value={durationText(wall)}>
      <StackedBar parts={parts} textOf={durationText} />
      {busy > 0 && work > busy * 1.05 && <p class="dim">{(work / busy).toFixed(1)} nodes at a time on average</p>}
    </Tile>
  );
}

function NodesTile({ counts }: { readonly counts: NodeCounts }) {
  const { nodes, executed, reused, assumed, failed, retried, unfinished, skipped } = counts;
  const ended = Math.max(0, executed - failed - unfinished);
  const parts = [
    { name: "executed", amount: ended, class: "fill-completed" },
    { name: "reused", amount: reused, class: "fill-reused" },
    { name: "assumed", amount: assumed, class: "fill-reused" },
    { name: "failed", amount: failed, class: "fill-failed" },
    { name: "not ended", amount: unfinished, class: "fill-running" },
  ];
  return (
    <Tile title="Nodes" value={countText(nodes)}>
      <StackedBar parts={parts} textOf={countText} />
      {(retried > 0 || skipped > 0) && (
        <p class="dim">
          {[...(retried > 0 ? [`${amountText(retried, "attempt")} repeated`] : []), ...(skipped > 0 ? [`${countText(skipped)} skipped`] : [])].join(
            ", ",
          )}
        </p>
      )}
    </Tile>
  );
}

interface StackedBarProps {
  readonly parts: readonly { readonly name: string; readonly amount: number; readonly class: string }[];
  readonly textOf: (amount: number) => string;
}

/** Parts of a whole, with what each of them is: the bar alone says nothing to those who do not see it. */
function StackedBar({ parts, textOf }: StackedBarProps) {
  const shown = parts.filter(({ amount }) => amount > 0);
  return (
    <>
      <div class="stacked" aria-hidden="true">
        {shown.map(({ name, amount, class: fill }) => (
          <span key={name} class={fill} style={{ flexGrow: amount }} title={`${name}: ${textOf(amount)}`} />
        ))}
      </div>
      <ul class="legend">
        {shown.map(({ name, amount, class: fill }) => (
          <li key={name}>
            <span class={`legend-dot ${fill}`} aria-hidden="true" />
            {textOf(amount)} <span class="dim">{name}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Budgets({ levels }: { readonly levels: readonly BudgetLevel[] }) {
  if (levels.length === 0) return null;
  return (
    <Section title="Budget">
      <ul class="plain budgets">
        {levels.map((level) => (
          <Budget key={`${level.scope} ${level.unit}`} level={level} />
        ))}
      </ul>
    </Section>
  );
}

function Budget({ level: { scope, unit, limit, spent, isPart } }: { readonly level: BudgetLevel }) {
  const part = limit === 0 ? 1 : spent / limit;
  const name = scope === "run" || scope === "fork" ? `the ${scope}` : scope;
  return (
    <li>
      <span class="budget-name">
        <ShownText text={name} />
      </span>
      <span class="budget-amount">
        {budgetText(unit, spent)} <span class="dim">of</span> {budgetText(unit, limit)}
        {isPart === true && <span class="dim">, and what is not known</span>}
      </span>
      <span
        class={`meter ${part >= 1 ? "is-over" : part >= 0.8 ? "is-near" : ""}`}
        role="meter"
        aria-label={`spent of the budget of ${name}`}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={spent}
      >
        <span style={{ width: `${Math.min(100, part * 100)}%` }} />
      </span>
    </li>
  );
}
