import { hash } from "node:crypto";
import type { NodeComparison, OutcomeComparison, RunComparison } from "@dad/protocol";
import { type ComparedFact, comparedFacts, comparedTotals, sizeText } from "@dad/terminal";
import { type Html, markup } from "./escaped.ts";
import { diffHtml, jsonSection, textSection, toolSection, valueRow } from "./html-diffs.ts";
import { STYLE } from "./style.ts";

/** A browser that opens the page loads nothing and runs nothing, whatever is in it, and takes no style but that of the page. */
const POLICY = `default-src 'none'; style-src 'sha256-${hash("sha256", STYLE, "base64")}'; base-uri 'none'; form-action 'none'`;

/** A reader of many looks for one. */
const MOST_OPEN = 20;

/** A comparison as a page of its own: it needs no network and no script. All text of the runs is escaped. */
export function comparisonHtml(comparison: RunComparison): string {
  const { before, after, node, nodes, outcome } = comparison;
  const changed = nodes.filter(({ differs }) => differs.length > 0);
  const title = `${before.runId} → ${after.runId}${node === undefined ? "" : ` at ${node}`}`;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>${{ html: STYLE }}</style>
      </head>
      <body>
        <h1>${title}</h1>
        ${factTable(comparedTotals(comparison))}
        <h2>Nodes</h2>
        <p>${changed.length} with a difference, ${nodes.length - changed.length} without one</p>
        ${changed.map((one, at) => nodeHtml(one, at < MOST_OPEN))} ${outcomeHtml(outcome)}
      </body>
    </html>
  `;
  return page.html;
}

function factTable(facts: readonly ComparedFact[]): Html {
  if (facts.length === 0) return markup``;
  const rows = facts.map(
    ({ label, before, after, delta }) =>
      markup`<tr>
        <th>${label}</th>
        <td>${before}</td>
        <td>${after}</td>
        <td class="dim">${delta}</td>
      </tr>`,
  );
  return markup`<table>
    <tr>
      <th></th>
      <th>before</th>
      <th>after</th>
      <th></th>
    </tr>
    ${rows}
  </table>`;
}

function nodeHtml(node: NodeComparison, open: boolean): Html {
  const { path, attempt, differs, before, after, prompt, output } = node;
  const only = before && after ? "" : before ? `only before (${before.status})` : `only after (${after?.status ?? ""})`;
  return markup`<details${open ? " open" : ""}>
    <summary><code>${path}</code>${attempt === 1 ? "" : ` (attempt ${attempt})`} <span class="dim">${only || differs.join(", ")}</span></summary>
    ${factTable(comparedFacts(node))} ${fingerprintHtml(node)} ${textSection("prompt", prompt?.text)} ${jsonSection("asked", prompt?.settings)}
    ${textSection("output", output?.text)} ${jsonSection(output?.text ? "output besides its text" : "output", output?.json)} ${toolSection(node.toolCalls)} ${artifactsHtml(node)}
  </details> `;
}

function fingerprintHtml({ fingerprint }: NodeComparison): Html {
  if (fingerprint.length === 0) return markup``;
  return markup`<h3>made of</h3>
    <table>
      ${fingerprint.map(({ component, before, after }) => valueRow(component, before, after))}
    </table>`;
}

function artifactsHtml({ artifacts, notCompared }: NodeComparison): Html {
  if (artifacts.length + notCompared.length === 0) return markup``;
  const rows = artifacts.map(({ name, before, after }) => {
    const cell = (content: typeof before) => (content ? markup`${sizeText(content.size)}` : markup`<span class="dim">none</span>`);
    return markup`<tr>
      <td><code>${name}</code></td>
      <td>${cell(before)}</td>
      <td>${cell(after)}</td>
    </tr>`;
  });
  const others = notCompared.map(
    ({ name, reason }) =>
      markup`<tr>
        <td><code>${name}</code></td>
        <td colspan="2">differs; how is not told: ${reason}</td>
      </tr>`,
  );
  return markup`<h3>artifacts</h3>
    <table>
      ${rows}${others}
    </table>`;
}

function outcomeHtml(outcome: OutcomeComparison | null): Html {
  if (!outcome) return markup``;
  if (!outcome.changes)
    return markup`<h2>Outcome</h2>
      <p>It is not known how the files differ: ${outcome.reason ?? ""}</p>`;
  if (outcome.changes.length === 0)
    return markup`<h2>Outcome</h2>
      <p>The files are the same.</p>`;
  const rows = outcome.changes.map(
    ({ path, kind }) =>
      markup`<tr>
        <td>${kind}</td>
        <td><code>${path}</code></td>
      </tr>`,
  );
  return markup`<h2>Outcome</h2>
    <table>
      ${rows}
    </table>
    ${outcome.patch === undefined ? "" : diffHtml(outcome.patch)}`;
}
