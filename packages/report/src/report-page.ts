import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { RunReport } from "@dad/protocol";
import { type ViewerBundle, viewerBundle } from "@dad/viewer";

/** What tells a page of a report from other pages, near its beginning. */
export const REPORT_MARK = '<meta name="generator" content="dad report">';

const compress = promisify(gzip);

/**
 * A report as one page: it opens from a disk, needs no network, and takes no script and no style but its own. What the runs say is in it as data
 * only, in a form that has no markup: JSON, gzip, base64.
 */
export async function reportPage(report: RunReport, bundle?: ViewerBundle): Promise<string> {
  const { script, style } = inlined(bundle ?? (await viewerBundle()));
  const data = (await compress(JSON.stringify(report))).toString("base64");
  const { runId, status, rootComponentId } = report.run.details;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor({ script, style })}">
${REPORT_MARK}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(`${runId} · ${status}`)}</title>
<style>${style}</style>
</head>
<body>
<noscript><p class="opening">This is the report of the run ${escaped(runId)} of ${escaped(rootComponentId)}, which is ${escaped(status)}. To show it, the browser has to execute the script of this page, which asks for nothing from elsewhere.</p></noscript>
<script type="application/octet-stream" id="report">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** As the parser of a browser hands it on, which is what the policy names. @throws TypeError for what would end its own element. */
function inlined({ script, style }: ViewerBundle): ViewerBundle {
  if (/<\/script|<!--/i.test(script)) throw new TypeError("the script of the page has what a parser takes for its end");
  if (/<\/style/i.test(style)) throw new TypeError("the style of the page has what a parser takes for its end");
  return { script: script.replaceAll(/\r\n?/g, "\n"), style: style.replaceAll(/\r\n?/g, "\n") };
}

/** `trusted-types` forbids the script of the page itself to make markup or code of a text. */
function policyFor({ script, style }: ViewerBundle): string {
  const named = (text: string) => `'sha256-${hash("sha256", text, "base64")}'`;
  const allowed = `default-src 'none'; script-src ${named(script)}; style-src ${named(style)}; img-src data:`;
  return `${allowed}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
