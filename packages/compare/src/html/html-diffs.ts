import type { Json, JsonDiff, TextDiff, ToolCallDiff } from "@dad/protocol";
import { type Html, markup } from "./escaped.ts";

/** A page with more is no longer opened by a browser in a moment. */
const MOST_LINES = 5000;
const MOST_OF_A_VALUE = 10_000;

const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^(?:diff --git |index |--- |\+\+\+ )/, "head"],
  [/^@@ /, "hunk"],
  [/^\+/, "add"],
  [/^-/, "del"],
];

/** A unified diff with colours. */
export function diffHtml(unified: string): Html {
  const lines = unified.replace(/\n$/, "").split("\n");
  const rest = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map(lineHtml);
  return markup`<pre>${shown}${rest > 0 ? markup`<span class="dim">… and ${rest} more lines</span>` : ""}</pre>`;
}

function lineHtml(line: string): Html {
  const name = CLASSES.find(([form]) => form.test(line))?.[1];
  return name === undefined ? markup`${line}\n` : markup`<span class="${name}">${line}</span>\n`;
}

/** A heading with a diff below it, where there is one. */
export function textSection(title: string, diff: TextDiff | undefined): Html {
  return diff
    ? markup`<h3>${title} <span class="add">+${diff.added}</span> <span class="del">-${diff.removed}</span></h3>
        ${diffHtml(diff.unified)}`
    : markup``;
}

export function jsonSection(title: string, diff: JsonDiff | undefined): Html {
  if (!diff) return markup``;
  const rows = diff.changes.map(({ path, before, after, text }) =>
    text
      ? markup`<tr>
          <td><code>${path || "(all)"}</code></td>
          <td colspan="2">${diffHtml(text.unified)}</td>
        </tr>`
      : valueRow(path || "(all)", before, after),
  );
  const rest = diff.omitted > 0 ? markup`<p class="dim">… and ${diff.omitted} more changes</p>` : markup``;
  return markup`<h3>${title}</h3>
    <table>
      ${rows}
    </table>
    ${rest}`;
}

/** A row with two values: what is not there is `none`. */
export function valueRow(name: string, before: Json | undefined, after: Json | undefined): Html {
  return markup`<tr>
    <td><code>${name}</code></td>
    <td class="del">${valueHtml(before)}</td>
    <td class="add">${valueHtml(after)}</td>
  </tr>`;
}

function valueHtml(value: Json | undefined): Html {
  if (value === undefined) return markup`<span class="dim">none</span>`;
  const text = JSON.stringify(value);
  return markup`<code>${text.length > MOST_OF_A_VALUE ? `${text.slice(0, MOST_OF_A_VALUE).toWellFormed()}…` : text}</code>`;
}

const SIGNS = { same: " ", removed: "-", added: "+" } as const;

export function toolSection(diff: ToolCallDiff | undefined): Html {
  if (!diff) return markup``;
  const lines = diff.steps.map(({ kind, tool, input }) => lineHtml(`${SIGNS[kind]} ${tool} ${JSON.stringify(input)}`));
  const rest = diff.omitted > 0 ? markup`<span class="dim">… and ${diff.omitted} more calls</span>` : markup``;
  return markup`<h3>tool calls</h3>
    <pre>${lines}${rest}</pre>`;
}
