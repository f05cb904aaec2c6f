import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportPage } from "../src/report-page.ts";
import { collected, completed, component, entryOf, failed, type MadeRun, started } from "../src/testing-runs.ts";

const HOSTILE = `</script><script>document.title="hacked"</script><img src=x onerror="document.title='hacked'">`;
const NAME = "main.ask";

/** A run that says in many places what would be executed if anybody took it for markup. */
const run: MadeRun = {
  events: [
    component("main", "agent"),
    started(NAME),
    completed(NAME, {
      artifacts: [
        entryOf("state", { model: { alias: HOSTILE }, request: { system: HOSTILE, messages: [{ role: "user", content: HOSTILE }] } }),
        entryOf("reply", { text: HOSTILE, finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1, costUsd: 0 }, modelId: HOSTILE }),
        entryOf("outcome", HOSTILE, "text/html"),
      ],
    }),
    started("main.bad"),
    failed("main.bad", { error: { code: "NODE_FAILED", message: HOSTILE, retryable: false, details: { [HOSTILE]: HOSTILE } } }),
    { type: "custom.emitted", name: HOSTILE, data: HOSTILE },
  ],
};

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
    writeFileSync(file, await reportPage(await collected({ one: run })));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });

  it("opens from the disk, shows what the run says as text, and its own policy refuses nothing of it", async () => {
    for (const link of [`#/node/${NAME}?tab=prompt`, `#/node/${NAME}?tab=output`, "#/node/main.bad", "#/events", "#/overview"]) {
      await page.goto(page.url().replace(/#.*|$/, link));
      await page.getByText("main").first().waitFor();
    }
    await page.goto(page.url().replace(/#.*/, `#/node/${NAME}?tab=prompt`));
    await page.getByText(`</script><script>document.title="hacked"</script>`).first().waitFor();
    expect({ title: await page.title(), complaints }).toEqual({ title: "one · interrupted", complaints: [] });
  });

  it("says what it is where scripts are not executed", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(page.url());
    await plain.getByText("This is the report of the run one of main").waitFor();
    await context.close();
  });
});
