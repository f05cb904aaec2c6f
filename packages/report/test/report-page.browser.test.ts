import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inlineContent } from "@dad/artifacts";
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { memoryJournalStore } from "@dad/journal/memory";
import { ArtifactEntry, type EventDraft, type ExecutionId, NodePath, RunId, type RunReport } from "@dad/protocol";
import { collectReport, reportPage } from "@dad/report";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const HOSTILE = `</script><script>document.title="hacked"</script><img src=x onerror="document.title='hacked'">`;

const entry = (name: string, text: string, mediaType: string) =>
  ArtifactEntry.parse({ ...inlineContent(text, mediaType), name, path: `main/ask/${name}` });

/** A run that says in many places what would be executed if anybody took it for markup. */
async function hostileReport(): Promise<RunReport> {
  const journals = memoryJournalStore();
  const runId = RunId.parse("one");
  const [main, ask] = [NodePath.parse("main"), { path: NodePath.parse("main.ask"), attempt: 1 }];
  const request = { system: HOSTILE, messages: [{ role: "user", content: HOSTILE }] };
  const artifacts = [
    entry("state", JSON.stringify({ model: { alias: HOSTILE }, request }), "application/json"),
    entry("outcome", HOSTILE, "text/html"),
  ];
  const error = { code: "NODE_FAILED", message: HOSTILE, retryable: false, details: { [HOSTILE]: HOSTILE } };
  const events: EventDraft[] = [
    { type: "run.started", executionId: crypto.randomUUID() as ExecutionId, rootComponentId: "main" },
    { type: "component.started", path: main, kind: "agent" },
    { type: "node.started", ...ask, nodeType: HOSTILE },
    { type: "node.failed", ...ask, durationMs: 1, artifacts, error },
    { type: "custom.emitted", name: HOSTILE, data: HOSTILE },
  ];
  await using journal = await journals.create(runId);
  for (const event of events) await journal.append(event);
  return await collectReport({ journals, artifacts: memoryArtifactStore() }, { runId, version: HOSTILE });
}

describe("the page of a report in a browser", () => {
  const directory = mkdtempSync(join(tmpdir(), "dad-report-"));
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const { CHROMIUM_PATH: executablePath } = process.env;
    if (!executablePath) throw new Error("there is no Chromium: npm run check -- --only browser says what to install");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => !request.url().startsWith("file:") && complaints.push(request.url()));
    const file = join(directory, "report.html");
    writeFileSync(file, await reportPage(await hostileReport()));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });

  it("opens from the disk, shows what the run says as text, and its own policy refuses nothing of it", async () => {
    for (const link of ["#/overview", "#/events", "#/logs", "#/node/main.ask", "#/node/main.ask?tab=prompt", "#/node/main.ask?tab=output"]) {
      await page.goto(page.url().replace(/#.*|$/, link));
      await page.locator(".shell").waitFor();
    }
    await page.getByText('</script><script>document.title="hacked"</script>').filter({ visible: true }).first().waitFor();
    expect({ title: await page.title(), complaints }).toEqual({ title: "one · running", complaints: [] });
  });

  it("says what it is where scripts are not executed", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(page.url());
    expect(await plain.locator("noscript p").textContent()).toContain("This is the report of the run one of main");
    await context.close();
  });
});
