import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { madeReport } from "../src/testing/made-report.ts";
import { openReader, type OpenPageOptions, type Reader } from "./browser.ts";

let reader: Reader;
let address: string;
beforeAll(async () => {
  reader = await openReader();
  address = await reader.write(madeReport({ compared: true }));
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
});

const open = (options?: OpenPageOptions) => reader.open(address, options);
const hashOf = (page: Page) => page.evaluate(() => location.hash);
const arrived = (page: Page, hash: string) => page.waitForFunction((wanted) => location.hash === wanted, hash);
const chosen = (page: Page) => page.locator("[role=treeitem][aria-selected=true]");
const ASK = "writer.research.sources.iter_1.ask";

/** What is done waits for the page; what is asked at the end says whether anything went wrong on the way. */
async function closed(page: Page): Promise<void> {
  await page.close();
  expect(reader.complaints()).toEqual([]);
}

describe("the page of a run", () => {
  it("opens from a disk under its policy, and shows each of its views", async () => {
    const page = await open();
    for (const view of ["Overview", "Timeline", "Outcome", "Events", "Logs", "Compare"]) {
      await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
      await page.waitForSelector(`main.${view.toLowerCase()}-view > *`);
      expect(await hashOf(page)).toBe(`#/${view.toLowerCase()}`);
    }
    await closed(page);
  });

  it("applies styles that it sets itself: its policy forbids those of attributes only", async () => {
    const page = await open({ link: "#/timeline" });
    const widths = await page.locator(".bar").evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    expect(Math.max(...widths)).toBeGreaterThan(100);
    await closed(page);
  });

  it("shows what a link names, in the tree and in the inspector", async () => {
    const page = await open({ link: `#/node/${ASK}?attempt=2&tab=logs` });
    await page.waitForSelector("[role=treeitem][aria-selected=true]");
    expect(await chosen(page).getAttribute("aria-label")).toContain("attempt 2");
    expect(await page.locator(".inspector-frame").count()).toBe(1);
    await closed(page);
  });

  it("goes back and forward through what was looked at", async () => {
    const page = await open({ link: "#/timeline" });
    await page.getByRole("treeitem", { name: /^research, / }).click();
    await page.getByRole("treeitem", { name: /^publish, / }).click();
    expect(await hashOf(page)).toBe("#/node/writer.publish");
    await page.goBack();
    await page.getByRole("treeitem", { name: /^research, /, selected: true }).waitFor();
    await page.goForward();
    await page.getByRole("treeitem", { name: /^publish, /, selected: true }).waitFor();
    await closed(page);
  });

  it.each([
    ["#/node/writer.nowhere", "This run has no element “writer.nowhere”."],
    ["#/span/ffff", "This run has no span “ffff”."],
    [`#/node/${ASK}?attempt=9`, `“${ASK}” has no attempt 9.`],
    ["#/somewhere/else", "“#/somewhere/else” is no link of this page."],
    ["#/node/%", "“#/node/%” is no link of this page."],
    ["#/node/__proto__", "This run has no element “__proto__”."],
  ])("says of the bad link %s what is wrong with it", async (link, message) => {
    const page = await open({ link });
    expect(await page.getByRole("alert").textContent()).toBe(message);
    await closed(page);
  });

  it("is moved through by keys, and follows with the address", async () => {
    const page = await open({ link: "#/timeline" });
    for (const key of ["j", "ArrowDown", "k", "j", "j", "j"]) await page.keyboard.press(key);
    expect(await chosen(page).getAttribute("aria-label")).toContain("sources, map");
    await page.keyboard.press("ArrowLeft");
    expect(await chosen(page).getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("l");
    expect(await chosen(page).getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("ArrowRight");
    await arrived(page, "#/node/writer.research.sources.iter_0");
    await page.keyboard.press("h");
    await page.keyboard.press("h");
    await arrived(page, "#/node/writer.research.sources");
    await page.keyboard.press("1");
    await page.waitForSelector("main.overview-view");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await closed(page);
  });

  it("opens a node to the spans in it", async () => {
    const page = await open({ link: "#/node/writer.research.sources.iter_0.ask" });
    const rows = await page.getByRole("treeitem").count();
    await page.keyboard.press("ArrowRight");
    await page
      .getByRole("treeitem", { name: /^chat / })
      .first()
      .waitFor();
    expect(await page.getByRole("treeitem").count()).toBeGreaterThan(rows);
    await page
      .getByRole("treeitem", { name: /^chat / })
      .first()
      .click();
    expect(await hashOf(page)).toMatch(/^#\/span\/[0-9a-f]{16}$/);
    await closed(page);
  });

  it("finds paths, errors, logs and contents, and goes from one place to the next", async () => {
    const page = await open();
    await page.keyboard.press("/");
    await page.keyboard.type("iter_3");
    await page.locator(".results li").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("iter_3"));
    const first = await hashOf(page);
    await page.keyboard.press("Enter");
    await page.waitForFunction((before) => location.hash !== before, first);
    await page.keyboard.press("Escape");
    await page.keyboard.press("N");
    await page.waitForFunction((before) => location.hash === before, first);
    await page.keyboard.press("/");
    await page.keyboard.type("no such thing anywhere");
    await page.getByText("Nothing found").waitFor();
    expect(await page.locator(".results li").count()).toBe(0);
    await closed(page);
  });

  it("leaves out what the filters do not ask for, and never what is around the rest", async () => {
    const page = await open({ link: "#/timeline" });
    await page.getByRole("button", { name: "failed: 1" }).click();
    const labels = await page.getByRole("treeitem").evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label")));
    expect(labels).toEqual(["writer, agent, completed", "checks, try, completed", "try.test, command, failed"]);
    await page.getByRole("button", { name: "Clear filters" }).click();
    expect(await page.getByRole("treeitem").count()).toBeGreaterThan(20);
    await closed(page);
  });

  it("draws idle time shorter, and as long as it was when it is asked to", async () => {
    const page = await open({ link: "#/timeline" });
    const widthOf = async (name: RegExp) => {
      const box = await page.getByRole("treeitem", { name }).locator(".bar").first().boundingBox();
      return box?.width ?? 0;
    };
    const shortened = await widthOf(/^research, /);
    expect(await page.locator(".gap").count()).toBe(1);
    await page.keyboard.press("g");
    expect(await page.locator(".gap").count()).toBe(0);
    expect(await widthOf(/^research, /)).toBeLessThan(shortened / 10);
    await closed(page);
  });

  it("zooms where the pointer is, and marks time that is drawn over", async () => {
    const page = await open({ link: "#/timeline" });
    const axis = (await page.locator(".axis").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const ticks = () => page.locator(".tick").allTextContents();
    const before = await ticks();
    await page.mouse.move(axis.x + axis.width / 4, axis.y + 100);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -800);
    await page.keyboard.up("Control");
    await expect.poll(ticks).not.toEqual(before);
    await page.keyboard.press("0");
    await expect.poll(ticks).toEqual(before);
    await page.mouse.move(axis.x + 20, axis.y + 10);
    await page.mouse.down();
    await page.mouse.move(axis.x + 120, axis.y + 10, { steps: 4 });
    await page.mouse.up();
    const rows = await page.getByRole("treeitem").count();
    await page.getByRole("button", { name: "Only these" }).click();
    expect(await page.getByRole("treeitem").count()).toBeLessThan(rows);
    await closed(page);
  });

  it("has the colours that the system asks for, and those that somebody chooses", async () => {
    const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await open({ theme: "light" });
    const dark = await open({ theme: "dark" });
    expect([await ground(light), await ground(dark)]).toEqual(["rgb(247, 247, 245)", "rgb(22, 23, 26)"]);
    await light.keyboard.press("t");
    await light.keyboard.press("t");
    expect(await ground(light)).toBe("rgb(22, 23, 26)");
    await light.close();
    await closed(dark);
  });

  it("is a document on paper: the whole tree, and why what failed did", async () => {
    const page = await open({ link: "#/timeline" });
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    const text = await page.locator(".printed").innerText();
    expect(text).toContain("Failures");
    expect(text).toContain("writer.checks.try.test");
    expect(text).toContain("publish");
    expect(await page.locator("#app").isVisible()).toBe(false);
    expect((await page.pdf()).byteLength).toBeGreaterThan(10_000);
    await closed(page);
  });

  it("stays where somebody scrolled to, whatever is chosen, opened, zoomed or left out", async () => {
    const page = await reader.open(await reader.write(madeReport({ sources: 60 })), { link: "#/node/writer.research.sources.iter_2" });
    const scroller = page.locator(".timeline .rows");
    await page.getByRole("treeitem", { selected: true }).waitFor();
    await scroller.evaluate((element) => (element.scrollTop = 600));
    const middle = page.getByRole("treeitem", { name: /^iter_33, / });
    await middle.waitFor();
    await middle.locator(".twist").click();
    await page.getByRole("treeitem", { name: /^ask, / }).waitFor();
    await middle.click();
    await page.waitForSelector("[role=treeitem][aria-label^='iter_33'][aria-selected=true]");
    for (const key of ["g", "+", "0", "Escape"]) await page.keyboard.press(key);
    await page.waitForSelector(".inspector-frame", { state: "detached" });
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(600);
    await closed(page);
  });

  it("keeps the inspector beside the tree, or below it in a narrow window, and never over it", async () => {
    for (const width of [1280, 600]) {
      const page = await open({ link: "#/node/writer.publish", width });
      const [tree, inspector] = await Promise.all([page.locator(".timeline").boundingBox(), page.locator(".inspector-frame").boundingBox()]);
      if (!tree || !inspector) throw new Error("one of both is not there");
      expect(tree.x + tree.width <= inspector.x + 1 || tree.y + tree.height <= inspector.y + 1).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      await closed(page);
    }
  });
});
