import { describe, expect, it } from "vitest";
import { closingLine, countTests, refuseSkips, type VitestFile } from "./test-report.ts";

const file = (name: string, status: string, ...tests: [string, string][]): VitestFile => ({
  name: `/clone/${name}`,
  status,
  assertionResults: tests.map(([fullName, testStatus]) => ({ fullName, status: testStatus })),
});

describe("countTests", () => {
  it("counts and names tests by what became of them", () => {
    const testResults = [
      file("a.test.ts", "failed", ["works", "passed"], ["breaks", "failed"]),
      file("b.test.ts", "passed", ["later", "todo"], ["never", "skipped"]),
    ];
    const counts = countTests({ success: false, testResults }, "/clone");
    expect(counts).toEqual({ passed: 1, failed: ["a.test.ts: breaks"], skipped: ["b.test.ts: later", "b.test.ts: never"] });
    expect(closingLine(counts)).toBe("1 passed, 1 failed, 2 skipped");
  });

  it("counts a file that could not run as a failure", () => {
    const counts = countTests({ success: false, testResults: [file("broken.test.ts", "failed")] }, "/clone");
    expect(counts.failed).toEqual(["broken.test.ts"]);
  });

  it("counts a failure that belongs to no test", () => {
    const counts = countTests({ success: false, testResults: [file("a.test.ts", "passed", ["works", "passed"])] }, "/clone");
    expect(closingLine(counts)).toBe("1 passed, 1 failed, 0 skipped");
  });
});

describe("refuseSkips", () => {
  it("makes a failure of every skip that is not allowed", () => {
    const counts = refuseSkips({ passed: 3, failed: [], skipped: ["a.test.ts: one", "a.test.ts: two"] }, [{ test: "a.test.ts: two" }]);
    expect(counts).toEqual({ passed: 3, failed: ["a.test.ts: one (skipped, which this run does not allow)"], skipped: ["a.test.ts: two"] });
  });
});
