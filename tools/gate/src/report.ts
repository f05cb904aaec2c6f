/** Ends a check: the problems go to standard output, one a line, and make the process fail. */
export function report(problems: readonly string[], allGood: string): void {
  for (const problem of problems) console.log(problem);
  if (problems.length === 0) console.log(allGood);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
