import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { RunReport } from "@dad/protocol";
import { viewerBundle } from "@dad/viewer";

/** Writes a report as one file, with the policy that reports have: nothing but what stands in it is executed or loaded. */
export async function writeReport(file: string, report: RunReport): Promise<void> {
  const { script, style } = await viewerBundle();
  const allowed = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:`;
  const policy = `${allowed}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
  const data = gzipSync(JSON.stringify(report)).toString("base64");
  const head = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width">`;
  const body = `<script type="application/octet-stream">${data}</script><script>${script}</script>`;
  writeFileSync(file, `<!doctype html><html lang="en"><head>${head}<style>${style}</style></head><body>${body}</body></html>`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
