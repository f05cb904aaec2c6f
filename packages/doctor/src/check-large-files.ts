import type { Finding } from "@dad/protocol";
import type { RunCheck } from "./run-check.ts";
import type { RunReading } from "./store-truth.ts";

/** Whether the contents are whole of the files that commits of a run have only pointers to. */
export async function* checkLargeFiles(
  { contents, signal }: RunCheck,
  { standing: { runId }, largeFiles }: RunReading,
): AsyncGenerator<Finding, void> {
  for (const { file, commit, seq } of largeFiles) {
    signal?.throwIfAborted();
    const verdict = await contents.of(file);
    if (verdict.state === "whole") continue;
    const { path, digest, size } = file;
    const state = verdict.state === "missing" ? "is not there" : `is damaged: ${verdict.reason}`;
    yield {
      code: verdict.state === "missing" ? "LARGE_FILE_MISSING" : "LARGE_FILE_DAMAGED",
      severity: "error",
      what: `the content of the large file ${JSON.stringify(path)} in the outcome of run ${runId} ${state}`,
      where: digest,
      runId,
      details: { path, digest, size, commit, seq },
      repair: { action: "bring-back", description: "store it again from a copy: the commit has only a pointer to it", automatic: false },
    };
  }
}
