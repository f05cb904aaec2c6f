import type { ReportAttempt, ReportElement, ReportWait, Usage } from "@dad/protocol";
import type { ComponentChildren } from "preact";
import { Command } from "../elements/command.tsx";
import { type Fact, Facts, Section } from "../elements/facts.tsx";
import { Moment } from "../elements/moment.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { SpanLink } from "../elements/span-link.tsx";
import { ErrorChain } from "../errors/error-chain.tsx";
import { amountText, costText, countText, durationText, isPaid } from "../format/amounts.ts";
import { tookText, workedText } from "../format/took.ts";
import { hrefOf } from "../route.ts";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { whyDecided } from "./why-executed.ts";

export interface SummaryProps {
  readonly store: Store;
  readonly element: ReportElement;
  readonly attempt?: ReportAttempt | undefined;
}

/** What became of an element, and why. */
export function Summary({ store, element, attempt }: SummaryProps) {
  const error = attempt ? attempt.error : element.error;
  const waits = (attempt ? attempt.waits : element.waits) ?? [];
  const usage = attempt ? attempt.usage : element.usage;
  return (
    <>
      {attempt && (
        <p class="decision">
          <ShownText text={decisionOf(store, element, attempt)} />
        </p>
      )}
      {error && (
        <Section title="Error" class="is-error">
          <ErrorChain error={error} />
        </Section>
      )}
      <Facts facts={[...timeFacts(attempt ?? element), ...(usage ? usageFacts(usage) : []), ...(attempt ? attemptFacts(store, attempt) : [])]} />
      {waits.length > 0 && <Waits waits={waits} />}
      {attempt && attempt.steps.length > 0 && <Steps steps={attempt.steps} />}
      {attempt && <Again store={store} path={element.path} />}
    </>
  );
}

function decisionOf({ report, run }: Store, { path }: ReportElement, attempt: ReportAttempt): string {
  const { rerun } = run.details;
  // How it differs from any other run than the one that it was made from is no reason.
  const { before, nodes = [] } = report.comparison ?? {};
  const compared = before?.runId === rerun?.of ? nodes.find((node) => node.path === path && node.attempt === attempt.attempt) : undefined;
  return whyDecided({ path, attempt, rerun, compared });
}

function timeFacts({ start, end, durationMs }: Pick<ReportElement, "start" | "end" | "durationMs">): readonly Fact[] {
  return [
    ["Started", start === null ? undefined : <Moment key="start" at={start} />],
    ["Ended", start === null ? undefined : end === null ? "not ended" : <Moment key="end" at={end} />],
    ["Took", tookText({ start, end })],
    ["Worked on", workedText({ start, end, durationMs })],
  ];
}

function usageFacts(usage: Usage): readonly Fact[] {
  const { calls, inputTokens, outputTokens, cachedInputTokens, reasoningTokens, costUsd, recorded } = usage;
  const part = (amount: number | undefined, what: string) => (amount === undefined || amount === 0 ? "" : ` (${countText(amount)} ${what})`);
  const paid: readonly Fact[] = [
    ["Cost", costText(costUsd)],
    [
      "Tokens",
      `${countText(inputTokens)} in${part(cachedInputTokens, "cached")}, ${countText(outputTokens)} out${part(reasoningTokens, "reasoning")}`,
    ],
    ["Calls", calls === undefined ? undefined : countText(calls)],
  ];
  return [
    ...(recorded === undefined || isPaid(usage) ? paid : []),
    [
      "Recorded",
      recorded &&
        `${countText(recorded.inputTokens)} in, ${countText(recorded.outputTokens)} out in ${amountText(recorded.calls, "reply", "replies")}, nothing paid`,
    ],
  ];
}

function attemptFacts(store: Store, { effect, reads = [], decidedBy = [], outcome, spanId, origin }: ReportAttempt): readonly Fact[] {
  return [
    ["Effect", effect],
    ["Read", reads.length > 0 ? <Paths paths={reads} /> : undefined],
    ["Decided by", decidedBy.length > 0 ? <Paths paths={decidedBy} /> : undefined],
    [
      "Commit",
      outcome && (
        <a href={hrefOf({ view: "outcome" })}>
          <code>{outcome.commit.slice(0, 10)}</code>
        </a>
      ),
    ],
    ["Span", spanId === undefined ? undefined : <SpanLink id={spanId} name={store.index.span(spanId)?.name ?? spanId} />],
    ["Made in", origin && <Command words={["dad", "report", origin.runId]} />],
  ];
}

function Paths({ paths }: { readonly paths: readonly string[] }) {
  return (
    <ul class="plain">
      {paths.map((path) => (
        <li key={path}>
          <NodeLink path={path} />
        </li>
      ))}
    </ul>
  );
}

function Waits({ waits }: { readonly waits: readonly ReportWait[] }) {
  return (
    <Section title="Waited for">
      <Rows>
        {waits.map(({ request, start, end, answer }) => (
          <tr key={request}>
            <td>
              <ShownText text={request} />
            </td>
            <td>
              <Moment at={start} short />
            </td>
            <td class="amount">{end === null ? "" : durationText(end - start)}</td>
            <td class={answer === undefined ? "warn" : "dim"}>{answer ?? "not answered"}</td>
          </tr>
        ))}
      </Rows>
    </Section>
  );
}

function Steps({ steps }: { readonly steps: ReportAttempt["steps"] }) {
  return (
    <Section title="Steps">
      <Rows>
        {steps.map(({ name, end, durationMs, usage }, index) => (
          <tr key={index}>
            <td>
              <ShownText text={name} />
            </td>
            <td>
              <Moment at={end - durationMs} short />
            </td>
            <td class="amount">{durationText(durationMs)}</td>
            <td class="amount dim">{usage && usage.costUsd !== 0 ? costText(usage.costUsd) : ""}</td>
          </tr>
        ))}
      </Rows>
    </Section>
  );
}

function Rows({ children }: { readonly children: ComponentChildren }) {
  return (
    <table class="children">
      <tbody>{children}</tbody>
    </table>
  );
}

function Again({ store, path }: { readonly store: Store; readonly path: string }) {
  const { runId } = store.run.details;
  return (
    <Section title="From here">
      <ul class="plain again">
        <li>
          <span class="dim">Run it and all that comes after it again</span>
          <Command words={["dad", "rerun", runId, "--from", path]} />
        </li>
        {store.report.comparison?.nodes.some((node) => node.path === path) && (
          <li>
            <a href={hrefOf({ view: "compare", path })}>Compare it with the run before</a>
          </li>
        )}
        <li>
          <span class="dim">What it was made of</span>
          <Command words={["dad", "why", runId, path]} />
        </li>
      </ul>
    </Section>
  );
}
