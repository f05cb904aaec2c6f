import { open } from "node:fs/promises";
import { REPORT_MARK } from "@dad/report";
import { UsageError } from "../errors.ts";
import { type PageFile, pageFile } from "./write-page.ts";

export interface ReportFileOptions {
  readonly run: string;
  readonly against: string | undefined;
  readonly cwd: string;
}

/** The mark stands near the beginning, after the policy of the page. */
const BEGINNING_BYTES = 4096;

/**
 * Where a report is written. One that nobody named writes over an earlier report, and over nothing else.
 *
 * @throws UsageError (`USAGE_INVALID`).
 */
export async function reportFile(given: string | undefined, { run, against, cwd }: ReportFileOptions): Promise<PageFile> {
  if (given !== undefined) return await pageFile(given, cwd);
  const name = against === undefined ? run : `${run}-against-${against}`;
  // What was written may be no id: what is wrong with it is said where it is looked for.
  const file = await pageFile(`${name.replaceAll(/[^\w.-]/g, "_")}.html`, cwd);
  const beginning = await beginningOf(file.place);
  if (beginning !== undefined && !beginning.includes(REPORT_MARK))
    throw new UsageError(`there is a file ${file.place} already, which is no report: give another one with --output`);
  return file;
}

async function beginningOf(place: string): Promise<string | undefined> {
  const file = await open(place, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new UsageError(`${place} cannot be read: ${error.message}: give another file with --output`);
  });
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
