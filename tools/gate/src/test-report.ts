/** The part of vitest's JSON report that decides. */
export interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly VitestFile[];
}

export interface VitestFile {
  readonly name: string;
  readonly status: string;
  /** What went wrong before any test ran. */
  readonly message?: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
}

export interface TestCounts {
  readonly passed: number;
  /** Names of what failed: tests, files that could not run, and what went wrong outside of both. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** Counts a test run. One that says that it failed, but not where, counts as one failure: nothing gets lost between the numbers. */
export function countTests(report: VitestReport, root: string): TestCounts {
  const place = (file: VitestFile) => file.name.replace(`${root}/`, "");
  const named = (statuses: readonly string[]) =>
    report.testResults.flatMap((file) =>
      file.assertionResults.filter((test) => statuses.includes(test.status)).map((test) => `${place(file)}: ${test.fullName}`),
    );
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = [...named(["failed"]), ...brokenFiles.map(place)];
  const outside = report.success || failed.length > 0 ? [] : ["an error outside of any test"];
  return { passed: named(["passed"]).length, failed: [...failed, ...outside], skipped: named(["skipped", "pending", "todo", "disabled"]) };
}

/** The counts once skips that are not allowed have become failures. */
export function refuseSkips(counts: TestCounts, allowed: readonly { readonly test: string }[]): TestCounts {
  const refused = counts.skipped.filter((name) => !allowed.some(({ test }) => test === name));
  return {
    passed: counts.passed,
    failed: [...counts.failed, ...refused.map((name) => `${name} (skipped, which this run does not allow)`)],
    skipped: counts.skipped.filter((name) => !refused.includes(name)),
  };
}

export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}
