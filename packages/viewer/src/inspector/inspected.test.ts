import type { ErrorEnvelope, NodeComparison, ReportAttempt } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { tabKey } from "../elements/tab-list.tsx";
import { errorLinks } from "../errors/error-links.ts";
import { madeReport } from "../testing/made-report.ts";
import { runIndex } from "../run-index.ts";
import { fingerprintRows } from "./fingerprint-rows.ts";
import { currentTab, inspectedTabs } from "./inspected-tabs.ts";
import { whyDecided } from "./why-executed.ts";

describe("inspectedTabs", () => {
  const { run } = madeReport();
  const index = runIndex(run);
  const tabsOf = (path: string) => {
    const element = index.element(path);
    return element ? inspectedTabs({ element, attempt: element.attempts?.at(-1), run, index }).map(({ tab }) => tab) : [];
  };

  it("are those that there is something to show in", () => {
    expect(tabsOf("writer.research.sources.iter_1.ask")).toEqual([
      "summary",
      "input",
      "prompt",
      "output",
      "artifacts",
      "spans",
      "logs",
      "events",
      "fingerprint",
    ]);
    expect(tabsOf("writer.research.both.build.run")).not.toContain("prompt");
    expect(tabsOf("writer.research")).toEqual(["summary", "spans", "events"]);
  });

  it("begin with the summary, whatever a link asks for", () => {
    expect(currentTab([{ tab: "summary" }, { tab: "logs" }], "logs")).toBe("logs");
    expect(currentTab([{ tab: "summary" }], "constructor")).toBe("summary");
  });

  it("are gone through by digits, arrows and brackets", () => {
    const tabs = ["a", "b", "c"] as const;
    expect(["2", "ArrowLeft", "]", "End", "9", "x"].map((key) => tabKey(key, { tabs, current: "a" }))).toEqual([
      "b",
      "c",
      "b",
      "c",
      undefined,
      undefined,
    ]);
  });
});

describe("whyDecided", () => {
  const attempt = (more: object) => ({ attempt: 1, decision: "executed", ...more }) as ReportAttempt;
  const rerun = { of: "r0" } as never;

  it("says where a result comes from, or why it was made", () => {
    expect(whyDecided({ path: "a", attempt: attempt({ decision: "reused", origin: { runId: "r0", attempt: 2 } }), rerun })).toContain(
      "r0, attempt 2",
    );
    expect(whyDecided({ path: "a", attempt: attempt({ attempt: 2 }), rerun })).toContain("the attempt before failed");
    const compared = { fingerprint: [{ component: "settings.prompt" }] } as NodeComparison;
    expect(whyDecided({ path: "a", attempt: attempt({}), rerun, compared })).toBe(
      "It was executed because its fingerprint differs: settings.prompt.",
    );
    expect(whyDecided({ path: "a.b", attempt: attempt({}), rerun: { of: "r0", from: "a" } as never })).toContain("made anew from a");
    expect(whyDecided({ path: "ab", attempt: attempt({}), rerun: { of: "r0", from: "a" } as never })).toContain("no result of r0");
    expect(whyDecided({ path: "a", attempt: attempt({}), rerun: undefined })).toBe("It was executed.");
  });
});

describe("fingerprintRows", () => {
  it("has what differs first, once", () => {
    const fingerprint = { digest: "sha256:1", code: { type: "t", version: "2" }, workspace: "w" } as never;
    const rows = fingerprintRows(fingerprint, [{ component: "workspace", before: "v", after: "w" }]);
    expect(rows.map(({ component, differs }) => [component, differs])).toEqual([
      ["workspace", true],
      ["digest", false],
      ["code.type", false],
      ["code.version", false],
    ]);
  });
});

describe("errorLinks", () => {
  it("has all causes, with what helps taken out of the details", () => {
    const error: ErrorEnvelope = {
      code: "A",
      message: "a",
      retryable: true,
      details: { hint: "do this", stack: "at x", exitCode: 1 },
      cause: { code: "B", message: "b", retryable: false },
    };
    expect(errorLinks(error)).toEqual({
      links: [
        { code: "A", message: "a", retryable: true, hint: "do this", stack: "at x", details: { exitCode: 1 } },
        { code: "B", message: "b", retryable: false },
      ],
      isCut: false,
    });
  });

  it("ends for a chain that does not", () => {
    const endless: { code: string; message: string; retryable: boolean; cause?: ErrorEnvelope } = { code: "A", message: "a", retryable: false };
    endless.cause = endless;
    expect(errorLinks(endless)).toMatchObject({ isCut: true, links: { length: 50 } });
  });
});
