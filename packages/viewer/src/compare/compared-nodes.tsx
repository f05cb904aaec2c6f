import type { NodeComparison, RunComparison } from "@dad/protocol";
import { useState } from "preact/hooks";
import { Nothing, Section } from "../elements/facts.tsx";
import { Status } from "../elements/status.tsx";
import { costText, countText, deltaText, durationText } from "../format/amounts.ts";
import { hrefOf } from "../route.ts";
import { ShownText } from "../text/shown-text.tsx";
import { differenceTexts } from "./compared-rows.ts";
import { ShowMore } from "../elements/show-more.tsx";

export interface ComparedNodesProps {
  readonly comparison: RunComparison;
  /** The path of the one that is looked at. */
  readonly chosen: string | undefined;
}

const FIRST = 60;
const MORE = 500;

/** The nodes of both runs: those that differ, or all. */
export function ComparedNodes({ comparison: { nodes }, chosen }: ComparedNodesProps) {
  const [isAll, setAll] = useState(false);
  const [most, setMost] = useState(FIRST);
  const differing = nodes.filter(({ differs }) => differs.length > 0);
  const shown = isAll ? nodes : differing;
  return (
    <Section
      title="Nodes"
      aside={
        <>
          {countText(differing.length)} of {countText(nodes.length)} differ{" "}
          <button type="button" aria-pressed={isAll} onClick={() => setAll(!isAll)}>
            Show all
          </button>
        </>
      }
    >
      {shown.length === 0 ? <Nothing>No node differs.</Nothing> : <NodeTable nodes={shown.slice(0, most)} chosen={chosen} />}
      {shown.length > most && <ShowMore left={countText(shown.length - most)} onMore={() => setMost(most + MORE)} />}
    </Section>
  );
}

function NodeTable({ nodes, chosen }: { readonly nodes: readonly NodeComparison[]; readonly chosen: string | undefined }) {
  return (
    <div class="scrolls" role="region" aria-label="Table of nodes" tabIndex={0}>
      <table class="compared compared-nodes">
        <thead>
          <tr>
            {["Node", "Before", "After", "Differs in", "Took", "Tokens", "Cost"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <NodeRow key={`${node.path} ${node.attempt}`} node={node} isChosen={node.path === chosen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NodeRow({ node, isChosen }: { readonly node: NodeComparison; readonly isChosen: boolean }) {
  const { path, attempt, before, after, delta } = node;
  const tokens = delta.inputTokens === null || delta.outputTokens === null ? null : delta.inputTokens + delta.outputTokens;
  return (
    <tr class={isChosen ? "is-chosen" : ""}>
      <th scope="row">
        <a href={hrefOf({ view: "compare", path: isChosen ? undefined : path })} aria-current={isChosen ? "true" : undefined}>
          <ShownText text={path} />
        </a>
        {attempt > 1 && <span class="dim"> #{attempt}</span>}
      </th>
      <td>{before ? <Status status={before.status} label={before.decision} /> : <span class="dim">–</span>}</td>
      <td>{after ? <Status status={after.status} label={after.decision} /> : <span class="dim">–</span>}</td>
      <td>
        <span class="differences">
          {differenceTexts(node).map((text) => (
            <span key={text} class="badge">
              {text}
            </span>
          ))}
        </span>
      </td>
      <td class="amount">{deltaText(delta.durationMs, durationText)}</td>
      <td class="amount">{deltaText(tokens, countText)}</td>
      <td class="amount">{deltaText(delta.costUsd, costText)}</td>
    </tr>
  );
}
