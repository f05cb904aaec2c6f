import { hash } from "node:crypto";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { describe, expect, it } from "vitest";
import { compareRuns } from "../compare-runs.ts";
import { makeRun } from "../testing-runs.ts";
import { comparisonHtml } from "./comparison-html.ts";

const EVIL = `</pre><script>alert("1")</script>\u202e&'`;

async function pageOf(before: string, after: string): Promise<string> {
  const journals = memoryJournalStore();
  const made = (text: string) => [
    { path: "main.step", kept: { outcome: `${text}\n`, input: { settings: { [EVIL]: text } }, [`${EVIL}${text}`]: text } },
  ];
  const runs = { before: await makeRun(journals, "old", made(before)), after: await makeRun(journals, "new", made(after)) };
  return comparisonHtml(await compareRuns({ journals, artifacts: memoryArtifactStore() }, runs));
}

describe("comparisonHtml", () => {
  it("shows the totals, the nodes that differ and how", async () => {
    const page = await pageOf("one", "two");
    expect(page).toContain("<title>old → new</title>");
    expect(page).toContain("1 with a difference, 0 without one");
    expect(page).toContain('<span class="del">-one</span>\n<span class="add">+two</span>\n');
  });

  it("escapes all that comes from the runs, and makes visible what turns text around", async () => {
    const page = await pageOf(EVIL, "x");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u202e");
    expect(page).toContain("-&lt;/pre&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\u202e&amp;&#39;");
  });

  it("lets a browser load nothing and run nothing, and take no style but its own", async () => {
    const page = await pageOf("one", "two");
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const [, style = ""] = /<style>([^]*)<\/style>/.exec(page) ?? [];
    expect(policy.replaceAll("&#39;", "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/https?:|src=|href=| style=/);
  });

  it("says so when nothing differs", async () => {
    expect(await pageOf("one", "one")).toContain("0 with a difference, 1 without one");
  });
});
