import type { CheckoutReport } from "@dad/protocol";
import { errorLines, type Paint } from "@dad/terminal";
import { counted } from "./counted.ts";

/** What was made, what was left alone, and what could not be made. */
export function checkoutText({ runId, written, unchanged, foreign, failed }: CheckoutReport, paint: Paint): string {
  return [
    ...written.map((path) => `${paint("green", "made")} ${path}`),
    ...foreign.map((path) => `${paint("dim", "left alone")} ${path}: the journal says nothing of it`),
    ...failed.flatMap(({ path, error }) => [`${paint("red", "not made")} ${path}`, ...errorLines(error, paint).map((line) => `  ${line}`)]),
    `run ${runId}: ${counted(written.length, "file")} made, ${unchanged.length} as ${unchanged.length === 1 ? "it" : "they"} should be`,
  ].join("\n");
}
