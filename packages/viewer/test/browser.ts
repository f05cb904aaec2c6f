import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RunReport } from "@dad/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { writeReport } from "./report-file.ts";

export interface OpenPageOptions {
  /** What stands after the name of the file, with `#`. */
  readonly link?: string;
  readonly theme?: "light" | "dark";
  readonly width?: number;
}

/** A browser, and the reports that it has opened from the disk. */
export interface Reader extends AsyncDisposable {
  /** Writes a report, and gives its address. */
  write(report: RunReport): Promise<string>;
  open(address: string, options?: OpenPageOptions): Promise<Page>;
  /** What any page said since this was asked last: errors, what its policy refused, whatever is on its console. */
  complaints(): string[];
}

export async function openReader(): Promise<Reader> {
  const directory = mkdtempSync(join(tmpdir(), "dad-page-"));
  const { CHROMIUM_PATH: executablePath } = process.env;
  if (!executablePath) throw new Error("there is no Chromium: npm run check -- --only browser says what to install");
  // A browser of root has no sandbox of its own.
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const complaints: string[] = [];
  let count = 0;
  return {
    complaints: () => complaints.splice(0),
    async write(report) {
      count += 1;
      const file = join(directory, `report-${count}.html`);
      await writeReport(file, report);
      return pathToFileURL(file).href;
    },
    async open(address, { link = "", theme = "light", width = 1280 } = {}) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: theme });
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      page.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && complaints.push(`request: ${request.url()}`));
      await page.goto(`${address}${link}`);
      await page.waitForSelector(".shell");
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
