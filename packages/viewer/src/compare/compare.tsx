import type { RunComparison } from "@dad/protocol";
import { Command } from "../elements/command.tsx";
import { Nothing, Section } from "../elements/facts.tsx";
import { OutcomeView } from "../outcome/outcome-view.tsx";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { ComparedNode } from "./compared-node.tsx";
import { ComparedNodes } from "./compared-nodes.tsx";
import { ComparedTable } from "./compared-table.tsx";
import { runRows } from "./compared-rows.ts";

/** Two runs beside each other. `path`: the element that the link is about. */
export function Compare({ store, path }: { readonly store: Store; readonly path?: string | undefined }) {
  const { comparison } = store.report;
  if (!comparison) return <Nothing>This report compares with no other run.</Nothing>;
  return (
    <div class="compare">
      <Runs comparison={comparison} />
      <ComparedNodes comparison={comparison} chosen={path} />
      {path !== undefined && <ChosenNode store={store} comparison={comparison} path={path} />}
      {path === undefined && comparison.outcome && (
        <Section title="Outcomes">
          <OutcomeView outcome={comparison.outcome} beforeName="nothing" hasLinks={false} />
        </Section>
      )}
    </div>
  );
}

function Runs({ comparison }: { readonly comparison: RunComparison }) {
  const { before, after, differs } = comparison;
  return (
    <Section title="Both runs" aside={differs ? undefined : "nothing that was compared differs"}>
      <ComparedTable rows={runRows(comparison)} before={<ShownText text={before.runId} />} after={<ShownText text={after.runId} />} />
      <Command words={["dad", "diff", before.runId, after.runId]} />
    </Section>
  );
}

function ChosenNode({ store, comparison, path }: { readonly store: Store; readonly comparison: RunComparison; readonly path: string }) {
  const nodes = comparison.nodes.filter((node) => node.path === path);
  if (nodes.length === 0)
    return (
      <Nothing>
        Nothing was compared at “<ShownText text={path} />
        ”.
      </Nothing>
    );
  return (
    <>
      {nodes.map((node) => (
        <ComparedNode key={node.attempt} store={store} node={node} isOne={nodes.length === 1} />
      ))}
    </>
  );
}
