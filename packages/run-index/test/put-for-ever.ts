import { RunId } from "@dad/protocol";
import { sqliteRunIndex } from "@dad/run-index/sqlite";

/**
 * Puts one run after the other, looks for it, and prints its number once it is put; then whether it was found.
 * Arguments: file, the prefix of the run ids.
 */
const [file = "", prefix = ""] = process.argv.slice(2);
const index = sqliteRunIndex({ file });
if (!index) throw new Error("this runtime has no SQLite");

for (let number = 1; ; number++) {
  const runId = RunId.parse(`${prefix}-${number}`);
  const startedAt = new Date(number).toISOString();
  await index.put([{ version: String(number), entry: { runId, status: "completed", rootComponentId: prefix, startedAt, endedAt: startedAt } }]);
  const found = (await index.all()).some(({ entry }) => entry.runId === runId);
  process.stdout.write(`${number} ${found ? "found" : "lost"}\n`);
}
