import type { RunReport } from "@dad/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { madeReport } from "../src/testing/made-report.ts";
import { openReader, type Reader } from "./browser.ts";

const ATTACK = `</script><script>window.attacked = 1</script><img src=x onerror="window.attacked = 2"><svg onload="window.attacked = 3">`;
const ORDERED_ANEW = "\u202Egnp.exe\u2066\u200B\u200D\u0007\u001B[31m";
const LONG = "word ".repeat(2_000_000);

let reader: Reader;
beforeAll(async () => {
  reader = await openReader();
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
});

/** Everything that a run says is what somebody wrote who means no good. */
function hostileReport(): RunReport {
  const report = madeReport({ hostile: true, compared: true });
  const { spans, logs, elements, contents } = report.run;
  spans.slice(1).forEach((span, index) => {
    span.name = index % 2 === 0 ? `${ATTACK}${ORDERED_ANEW}` : LONG.slice(0, 100_000);
    Object.defineProperty(span.attributes, "__proto__", { value: { polluted: ATTACK }, enumerable: true });
    span.attributes["constructor"] = ATTACK;
  });
  for (const log of logs) log.body = `${ATTACK}${ORDERED_ANEW}`;
  for (const element of elements) if (element.error) Object.assign(element.error, { message: `${ATTACK}${LONG}` });
  for (const content of Object.values(contents)) if (content.text !== undefined) content.text = `${content.text}${ATTACK}${ORDERED_ANEW}`;
  const [largest] = Object.values(contents).filter((content) => content.text !== undefined);
  if (largest) largest.text = LONG;
  Object.assign(report.run.details, { rootComponentId: ATTACK, runId: `run_${ATTACK}` });
  return report;
}

const PAINT = "writer.research.both.cover.paint";
const PATCH_LINES = 300_000;

function extremeReport(): RunReport {
  const report = madeReport();
  const { run } = report;
  const digest = `sha256:${"e".repeat(64)}` as keyof typeof run.contents;
  const text = `${"[".repeat(100_000)}"needle"${"]".repeat(100_000)}`;
  run.contents[digest] = { mediaType: "application/json", size: text.length, text, state: "whole" };
  const attempt = run.elements.find(({ path }) => path === PAINT)?.attempts?.[0];
  attempt?.artifacts.push({ name: "input", mediaType: "application/json", digest, size: text.length, path: "input.json" as never });
  const [span] = run.spans.filter(({ path }) => path === PAINT);
  if (!span || !run.outcome) throw new Error("the report is not made as it was");
  run.spans.push({ ...span, spanId: "late", end: 8.64e15 }, { ...span, spanId: "broken", links: [null] as never });
  const lines = "+\n".repeat(PATCH_LINES);
  run.outcome.patch = `diff --git a/big b/big\nnew file mode 100644\n--- /dev/null\n+++ b/big\n@@ -0,0 +1,${PATCH_LINES} @@\n${lines}`;
  run.outcome.changes = [{ ...run.outcome.changes?.[0], path: "big" } as never];
  return report;
}

describe("the page of a run that says what is hostile", () => {
  it("executes nothing of it, loads nothing, and stays within its window, in each view and each part of the inspector", async () => {
    const address = await reader.write(hostileReport());
    const page = await reader.open(address);
    const check = async (place: string) => {
      const found = await page.evaluate(() => ({
        attacked: Reflect.get(window, "attacked"),
        polluted: Reflect.get({}, "polluted"),
        images: [...document.images].filter((image) => !image.src.startsWith("data:")).length,
        scripts: document.scripts.length,
        beyond: document.documentElement.scrollWidth - window.innerWidth,
      }));
      expect({ place, ...found }).toEqual({ place, attacked: undefined, polluted: undefined, images: 0, scripts: 1, beyond: 0 });
    };
    const views = page.getByRole("navigation", { name: "Views" }).getByRole("link");
    for (const view of await views.all()) {
      await view.click();
      await page.waitForSelector("main > *");
      await check((await view.textContent()) ?? "");
    }
    const paths = ["writer.research.sources.iter_1.ask", "writer.checks.try.test", "writer.research.both.build.run"];
    for (const path of paths) {
      await page.evaluate((hash) => (location.hash = hash), `#/node/${path}`);
      await page.waitForSelector(".inspector-frame > *");
      for (const tab of await page.locator(".inspector-frame [role=tab]").all()) {
        await tab.click();
        await check(`${path} ${await tab.textContent()}`);
      }
    }
    await page
      .getByRole("treeitem", { name: /^chat|^<\/script>|^word/ })
      .first()
      .click();
    await check("a span");
    await page.close();
    expect(reader.complaints()).toEqual([]);
  });

  it("is shown however deep, long, late or broken it is, and says what cannot be", async () => {
    const page = await reader.open(await reader.write(extremeReport()), { link: `#/node/${PAINT}?tab=input` });
    await page.getByRole("searchbox", { name: "Find in this value" }).fill("needle");
    await page.getByText("0+ found").waitFor();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByText("It is nested too deeply to be written as one text.").waitFor();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByRole("button", { name: "Copy input" }).click();
    await page.getByText("Could not copy").waitFor();
    await page.keyboard.press("g");
    expect(await page.locator(".tick").count()).toBeLessThan(30);
    await page.evaluate((hash) => (location.hash = hash), "#/span/broken");
    await page.getByText("This part of the report cannot be shown").waitFor();
    await page.evaluate((hash) => (location.hash = hash), `#/node/${PAINT}`);
    await page.getByRole("article", { name: PAINT }).waitFor();
    await page.getByRole("link", { name: "Outcome", exact: true }).click();
    await page.locator(".file-diff summary", { hasText: "big" }).click();
    await page.getByText(`${(PATCH_LINES - 400).toLocaleString("en-US")} lines not shown`).waitFor();
    await page.close();
    expect(reader.complaints()).toEqual([]);
  });

  it("finds it as text", async () => {
    const page = await reader.open(await reader.write(hostileReport()));
    await page.keyboard.press("/");
    await page.keyboard.type("</script><script>");
    await page.locator(".results mark", { hasText: "</script><script>" }).first().waitFor();
    await page.close();
    expect(reader.complaints()).toEqual([]);
  });
});
