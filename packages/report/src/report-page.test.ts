import { hash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { RunReport } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REPORT_MARK, reportPage } from "./report-page.ts";
import { collected, component } from "./testing-runs.ts";

const bundle = { script: 'document.title="\u2713";', style: "a{b:c}" };

/** What of a page is not of the report: the same for all of them. */
function frameOf(page: string): string {
  return page
    .replace(/<title>[^<>"]*<\/title>/, "<title></title>")
    .replace(/<noscript><p class="opening">[^<>"]*<\/p><\/noscript>/, "<noscript></noscript>")
    .replace(/(id="report">)[A-Za-z0-9+/=]*(<\/script>)/, "$1$2");
}

function dataOf(page: string): unknown {
  const [, data = ""] = /<script type="application\/octet-stream" id="report">([^<]*)<\/script>/.exec(page) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8"));
}

const whole = async () => await collected({ one: { events: [component("main")] } });

describe("reportPage", () => {
  it("has the report as data, and its script and style by their hashes", async () => {
    const report = await whole();
    const page = await reportPage(report, bundle);
    expect(dataOf(page)).toEqual(report);
    expect(page).toContain(`<script>${bundle.script}</script>`);
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      "img-src data:",
      "require-trusted-types-for 'script'",
      `script-src 'sha256-${hash("sha256", bundle.script, "base64")}'`,
      `style-src 'sha256-${hash("sha256", bundle.style, "base64")}'`,
      "trusted-types 'none'",
    ]);
    expect(page).toContain(REPORT_MARK);
    expect(page).toContain("<title>one · interrupted</title>");
  });

  it("is the same page whatever the run says, but for its data", async () => {
    const report = await whole();
    const frame = frameOf(await reportPage(report, bundle));
    const piece = fc.constantFrom(
      "</script>",
      "<script>alert(1)</script>",
      "</title>",
      "</noscript>",
      "<!--",
      "-->",
      "]]>",
      '"',
      "'",
      "&lt;",
      "$&",
      "$1",
      "${1}",
      "\u2028",
      "\u202E",
      "\u0000",
      "\uD800",
      "</style>",
      "x",
    );
    const hostile = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (runId, status, text) => {
        const details = { ...report.run.details, runId, status, rootComponentId: text };
        const elements = report.run.elements.map((element) => ({
          ...element,
          path: text,
          error: { code: text, message: text, retryable: false, details: { [text]: text } },
        }));
        const said = { ...report, version: text, run: { ...report.run, details, elements } } as unknown as RunReport;
        const page = await reportPage(said, bundle);
        expect(frameOf(page)).toBe(frame);
        expect(dataOf(page)).toEqual(JSON.parse(JSON.stringify(said)));
      }),
    );
  });

  it("has what a browser hashes: lines that end with one character", async () => {
    const page = await reportPage(await whole(), { script: "a\r\nb\rc", style: "d\r\n" });
    expect(page).toContain(`'sha256-${hash("sha256", "a\nb\nc", "base64")}'`);
    expect(page).not.toContain("\r");
  });

  it("takes no script and no style that would end itself", async () => {
    const report = await whole();
    for (const script of ["x</SCRIPT >", "<!--"]) await expect(reportPage(report, { ...bundle, script })).rejects.toThrow(TypeError);
    await expect(reportPage(report, { ...bundle, style: "</style>" })).rejects.toThrow(TypeError);
  });

  it("brings the viewer along", async () => {
    const page = await reportPage(await whole());
    expect(page.length).toBeGreaterThan(20_000);
    expect(page).not.toMatch(/<script[^>]+src=|<link|https?:\/\/(?!www\.w3\.org)[a-z]/);
  });
});
