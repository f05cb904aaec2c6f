import type { ArtifactChange, FingerprintChange, Json, JsonChange, JsonDiff, NodeComparison, TextDiff, ToolCallDiff } from "@dad/protocol";
import { DiffText } from "../diff/diff-view.tsx";
import { NodeLink } from "../elements/node-link.tsx";
import { Section } from "../elements/facts.tsx";
import { amountText, bytesText } from "../format/amounts.ts";
import { JsonTree } from "../json/json-tree.tsx";
import type { Store } from "../store.ts";
import { ShownText } from "../text/shown-text.tsx";
import { ArtifactPair } from "./artifact-pair.tsx";
import { nodeRows } from "./compared-rows.ts";
import { ComparedTable } from "./compared-table.tsx";

export interface ComparedNodeProps {
  readonly store: Store;
  readonly node: NodeComparison;
  /** There is no other attempt of it. */
  readonly isOne: boolean;
}

/** How one attempt of a node differs between the two runs. */
export function ComparedNode({ store, node, isOne }: ComparedNodeProps) {
  const { path, attempt, prompt, output, toolCalls, fingerprint, artifacts, notCompared, after } = node;
  return (
    <article class="compared-node" aria-label={`${path}, attempt ${attempt}`}>
      <h2>
        {after ? <NodeLink path={path} attempt={attempt} /> : <ShownText text={path} />}
        {!isOne && <span class="dim"> attempt {attempt}</span>}
      </h2>
      <ComparedTable rows={nodeRows(node)} />
      {fingerprint.length > 0 && <Fingerprints changes={fingerprint} />}
      {prompt?.text && <TextChanges title="Prompt" diff={prompt.text} />}
      {prompt?.settings && <JsonChanges title="How the model was asked" diff={prompt.settings} />}
      {toolCalls && toolCalls.steps.length > 0 && <ToolCalls diff={toolCalls} />}
      {output?.text && <TextChanges title="Output" diff={output.text} />}
      {output?.json && <JsonChanges title="Output" diff={output.json} />}
      {artifacts.length > 0 && <ArtifactChanges store={store} changes={artifacts} />}
      {notCompared.length > 0 && (
        <Section title="Not compared">
          <ul class="plain">
            {notCompared.map(({ name, reason }) => (
              <li key={name}>
                <ShownText text={name} /> <span class="dim">{REASONS[reason]}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </article>
  );
}

const REASONS = { missing: "its content is nowhere to be found", large: "it is too large", unreadable: "it is not what was expected" } as const;

function TextChanges({ title, diff }: { readonly title: string; readonly diff: TextDiff }) {
  return (
    <Section title={title} aside={`+${diff.added} −${diff.removed}`}>
      <DiffText patch={diff.unified} label={title} />
    </Section>
  );
}

function JsonChanges({ title, diff: { changes, omitted } }: { readonly title: string; readonly diff: JsonDiff }) {
  return (
    <Section title={title} aside={amountText(changes.length + omitted, "change")}>
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change, index) => (
            <ChangeRow key={index} change={change} />
          ))}
        </tbody>
      </table>
      {omitted > 0 && <p class="dim">and {amountText(omitted, "change")} more</p>}
    </Section>
  );
}

function ChangeRow({ change: { path, before, after, text } }: { readonly change: JsonChange }) {
  return (
    <tr>
      <th scope="row">
        <code>
          <ShownText text={path === "" ? "(all of it)" : path} />
        </code>
      </th>
      {text ? (
        <td colSpan={2}>
          <DiffText patch={text.unified} label={path} />
        </td>
      ) : (
        <>
          <td class="was">
            <ChangedValue value={before} />
          </td>
          <td class="is">
            <ChangedValue value={after} />
          </td>
        </>
      )}
    </tr>
  );
}

function ChangedValue({ value }: { readonly value: Json | undefined }) {
  if (value === undefined) return <span class="dim">–</span>;
  if (typeof value !== "object" && String(value).length < 300 && !String(value).includes("\n")) return <ShownText text={String(value)} />;
  return <JsonTree value={value} label="value" isBare />;
}

function Fingerprints({ changes }: { readonly changes: readonly FingerprintChange[] }) {
  return (
    <JsonChanges title="Fingerprint" diff={{ changes: changes.map(({ component, ...change }) => ({ path: component, ...change })), omitted: 0 }} />
  );
}

const SIGNS = { same: "", removed: "−", added: "+" } as const;

function ToolCalls({ diff: { steps, omitted } }: { readonly diff: ToolCallDiff }) {
  return (
    <Section title="Tools called" aside={amountText(steps.length + omitted, "call")}>
      <ol class="plain tool-steps">
        {steps.map(({ kind, tool, input }, index) => (
          <li key={index} class={`diff-${kind}`}>
            <span class="diff-sign" aria-label={kind}>
              {SIGNS[kind]}
            </span>
            <code>
              <ShownText text={tool} />
            </code>
            <JsonTree value={input} label={`arguments of ${tool}`} levels={kind === "same" ? 0 : 2} isBare />
          </li>
        ))}
      </ol>
      {omitted > 0 && <p class="dim">and {amountText(omitted, "call")} more</p>}
    </Section>
  );
}

function ArtifactChanges({ store, changes }: { readonly store: Store; readonly changes: readonly ArtifactChange[] }) {
  return (
    <Section title="Artifacts" aside={amountText(changes.length, "change")}>
      <ul class="plain artifacts">
        {changes.map((change) => (
          <li key={change.name}>
            <details>
              <summary>
                <span class="artifact-name">
                  <ShownText text={change.name} />
                </span>
                <span class="artifact-size">
                  {change.before ? bytesText(change.before.size) : "not there"} → {change.after ? bytesText(change.after.size) : "not there"}
                </span>
              </summary>
              <ArtifactPair store={store} change={change} />
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}
