import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { madeReport } from "../src/testing/made-report.ts";
import { openReader, type Reader } from "./browser.ts";

const ASK = "writer.research.sources.iter_1.ask";
const PAINT = "writer.research.both.cover.paint";
const LARGE = 10_000_000;

let reader: Reader;
let address: string;
beforeAll(async () => {
  reader = await openReader();
  address = await reader.write(madeReport({ compared: true }));
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
});

/** A run with an input of 10 MB, in one text, in which many letters are hidden, beside members that look as if all objects had them. */
function largeReport() {
  const report = madeReport();
  const attempt = report.run.elements.find(({ path }) => path === PAINT)?.attempts?.[0];
  const text = `{"whole":${JSON.stringify("a\u202eb\u200b\n".repeat(LARGE / 5))},"__proto__":{"polluted":1},"list":${JSON.stringify(Array.from({ length: 100_000 }, (_, at) => at))}}`;
  const digest = `sha256:${"e".repeat(64)}` as keyof typeof report.run.contents;
  report.run.contents[digest] = { mediaType: "application/json", size: text.length, text, state: "whole" };
  attempt?.artifacts.push({ name: "input", mediaType: "application/json", digest, size: text.length, path: "input.json" as never });
  return report;
}

const open = (link: string) => reader.open(address, { link });

async function closed(page: Page): Promise<void> {
  await page.close();
  expect(reader.complaints()).toEqual([]);
}

describe("the overview", () => {
  it("says what a run came to and leads to its nodes", async () => {
    const page = await open("#/overview");
    for (const title of ["Cost", "Tokens", "Time", "Nodes", "What next", "Budget", "Slowest", "Models", "Lineage", "Not in this report", "Metrics"])
      await page.getByRole("region", { name: title, exact: true }).waitFor();
    expect(await page.getByRole("meter").count()).toBe(2);
    await page.getByRole("region", { name: "Slowest" }).getByRole("link").first().click();
    await page.getByRole("article", { name: "writer.research.both.build.run" }).waitFor();
    await closed(page);
  });

  it("copies a command as it is", async () => {
    const page = await open("#/overview");
    await page.evaluate(() =>
      Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text: string) => Reflect.set(window, "copied", text) } }),
    );
    await page.getByRole("button", { name: /^Copy dad rerun / }).click();
    await page
      .getByRole("button", { name: /^Copy dad rerun / })
      .getByText("Copied")
      .waitFor();
    expect(await page.evaluate(() => Reflect.get(window, "copied"))).toBe("dad rerun writer_run_20261122_073443_1f9c2a");
    await closed(page);
  });
});

describe("the inspector", () => {
  it("goes from part to part by keys, and a link leads back to each", async () => {
    const page = await open(`#/node/${ASK}`);
    const selected = page.getByRole("tab", { selected: true });
    await page.getByRole("tab", { name: "Summary" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await selected.textContent()).toBe("Input");
    await page.keyboard.press("3");
    expect(await selected.textContent()).toBe("Prompt");
    await page.keyboard.press("[");
    expect(await selected.textContent()).toBe("Input");
    await page.waitForFunction(() => location.hash.endsWith("tab=input"));
    await page.getByRole("link", { name: "Attempt 1" }).click();
    await page.getByText("MODEL_RATE_LIMITED").first().waitFor();
    await closed(page);
  });

  it("shows a conversation in order, with what tools gave beside their calls", async () => {
    const page = await open(`#/node/${ASK}?tab=prompt`);
    const roles = await page.locator(".message-role").allTextContents();
    expect(roles).toEqual(["System", "User", "Model", "User", "Model reply 1", "Model reply 2"]);
    const call = page.locator(".tool-call").first();
    expect(await call.textContent()).toContain("look_up");
    expect(await call.locator(".tool-result").textContent()).toContain("06:12");
    await closed(page);
  });

  it("shows each artifact as what it is, and says what is not there", async () => {
    const page = await open(`#/node/${PAINT}?tab=artifacts`);
    const opened = async (name: string) => {
      const artifact = page.locator(".artifacts > li").filter({ has: page.getByText(name, { exact: true }) });
      await artifact.locator("summary").click();
      return artifact.locator(".content");
    };
    expect(
      await (await opened("image-1.png")).locator("img").evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBe(8);
    expect(await (await opened("drawing.svg")).locator("pre").textContent()).toContain("<script>");
    expect(await (await opened("model.bin")).textContent()).toContain("00000040  40 41 42 43 44 45 46 47  @ABCDEFG");
    expect(await (await opened("gone.txt")).textContent()).toBe("This content is nowhere to be found any more.");
    expect(await (await opened("bad.txt")).textContent()).toContain("not what its digest says");
    expect(await (await opened("large.txt")).textContent()).toContain("This is the beginning");
    await closed(page);
  });

  it("shows the beginning of a very large value, names what is hidden in it, and finds what is far down", async () => {
    const page = await reader.open(await reader.write(largeReport()), { link: `#/node/${PAINT}?tab=input` });
    const tree = page.getByRole("tree", { name: "input" });
    await tree.getByText("10,000,000 characters").waitFor();
    expect(await tree.locator(".hidden-mark").first().getAttribute("title")).toBe("right-to-left override");
    expect((await tree.textContent())?.length).toBeLessThan(100_000);
    expect(await tree.getByText("__proto__").count()).toBe(1);
    await page.getByRole("searchbox", { name: "Find in this value" }).fill("99999");
    await page.getByText("1 found").waitFor();
    await closed(page);
  });

  it("opens and closes a tree of values by keys", async () => {
    const page = await open("#/node/writer.brief?tab=output");
    const tree = page.getByRole("tree", { name: "outcome" });
    await tree.getByRole("treeitem").first().focus();
    await page.keyboard.press("ArrowLeft");
    await tree.getByRole("treeitem", { expanded: false }).waitFor();
    expect(await tree.getByRole("treeitem").count()).toBe(1);
    await page.keyboard.press("ArrowRight");
    await tree.getByRole("treeitem", { expanded: true }).first().waitFor();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-level") === "2");
    await closed(page);
  });

  it("says of a span what it has, and leads to what is around it", async () => {
    const page = await open("#/timeline");
    await page.evaluate((hash) => (location.hash = hash), `#/node/${ASK}?tab=spans`);
    await page.getByRole("tabpanel").getByRole("link", { name: /^chat/ }).first().click();
    await page.getByRole("region", { name: "Attributes" }).getByText("gen_ai.request.model").waitFor();
    expect(await page.getByRole("article", { name: /^span chat/ }).count()).toBe(1);
    await page.locator(".inspected .path-line a").click();
    await page.getByRole("article", { name: ASK }).waitFor();
    await closed(page);
  });
});

describe("the other views", () => {
  it("show what changed in each file, with the numbers of its lines", async () => {
    const page = await open("#/outcome/src%2Ftide.ts");
    const file = page.locator(".file-diff").filter({ has: page.locator("summary", { hasText: "src/tide.ts" }) });
    expect(await file.locator(".diff-added td").allTextContents()).toEqual(["", "3", "+", "  return new Date(high.getTime() + 12.42 * 3_600_000);"]);
    expect(await file.locator(".diff-added .diff-changed").textContent()).toBe(".42");
    await closed(page);
  });

  it("lead from the nodes of two runs to how one of them differs, and back", async () => {
    const page = await open("#/compare");
    await page.getByRole("link", { name: "writer.research.sources.iter_0.ask" }).click();
    const node = page.getByRole("article", { name: /^writer.research.sources.iter_0.ask/ });
    for (const title of ["Fingerprint", "Prompt", "How the model was asked", "Tools called"])
      await node.getByRole("region", { name: title, exact: true }).waitFor();
    await page.getByRole("row").getByRole("link", { name: "writer.research.sources.iter_0.ask" }).click();
    await page.getByRole("region", { name: "Outcomes" }).waitFor();
    expect(await node.count()).toBe(0);
    await closed(page);
  });

  it("filter events and logs, and show all of one that is chosen by keys", async () => {
    const page = await open("#/events");
    await page.getByRole("combobox", { name: "Type" }).selectOption("node.failed");
    await page.getByText(/^2 of \d+$/).waitFor();
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await page.getByRole("region", { name: "The chosen one of events" }).getByText("COMMAND_FAILED").first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("region", { name: "The chosen one of events" }).count()).toBe(0);
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Logs" }).click();
    await page.getByRole("combobox", { name: "Source" }).selectOption("stdout");
    await page.getByText(/^40 of \d+$/).waitFor();
    await closed(page);
  });
});
