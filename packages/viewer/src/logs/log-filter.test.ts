import type { ReportLog } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { ALL_LOGS, filteredLogs, logText } from "./log-filter.ts";

const log = (severity: ReportLog["severity"], body: ReportLog["body"], more: Partial<ReportLog> = {}): ReportLog => ({
  time: 0,
  severity,
  ...(body === undefined ? {} : { body }),
  attributes: {},
  ...more,
});
const logs = [
  log("debug", "begins"),
  log("info", { rows: 3 }, { eventName: "dad.node.completed" }),
  log("error", "\u001b[31mFAIL\u001b[0m a", { attributes: { "log.iostream": "stderr" }, path: "coder.test" as never }),
];

describe("filteredLogs", () => {
  it("takes this level and those above it", () => {
    expect(filteredLogs(logs, ALL_LOGS)).toEqual(logs);
    expect(filteredLogs(logs, { ...ALL_LOGS, level: "warn" })).toEqual([logs[2]]);
  });

  it("finds words in texts, values and names, in any case of their letters, and not in sequences for terminals", () => {
    expect(filteredLogs(logs, { ...ALL_LOGS, term: "fail A" })).toEqual([logs[2]]);
    expect(filteredLogs(logs, { ...ALL_LOGS, term: "ROWS" })).toEqual([logs[1]]);
    expect(filteredLogs(logs, { ...ALL_LOGS, term: "node.comp" })).toEqual([logs[1]]);
    expect(filteredLogs(logs, { ...ALL_LOGS, term: "[31m" })).toEqual([]);
  });

  it("tells apart what commands wrote, and where", () => {
    expect(filteredLogs(logs, { ...ALL_LOGS, source: "told" })).toEqual(logs.slice(0, 2));
    expect(filteredLogs(logs, { ...ALL_LOGS, source: "stderr", path: "CODER" })).toEqual([logs[2]]);
  });
});

describe("logText", () => {
  it("is the name of the event where nothing is said", () => {
    expect(logText(log("info", undefined, { eventName: "dad.run.started" }))).toBe("dad.run.started");
  });
});
