// Check: `published.ts publint` or `published.ts attw` judges every packed package.
import { publishedPackages } from "./clone.ts";
import { runCommand } from "./command.ts";
import { report } from "./report.ts";
import type { CommandLine } from "./step.ts";
import { tarballOf } from "./tarballs.ts";

const JUDGES: Readonly<Record<string, (tarball: string) => CommandLine>> = {
  publint: (tarball) => ["publint", "--strict", tarball],
  attw: (tarball) => ["attw", "--profile", "esm-only", "--format", "ascii", "--no-emoji", tarball],
};

const judge = JUDGES[process.argv[2] ?? ""];
if (!judge) throw new TypeError(`usage: published.ts ${Object.keys(JUDGES).join(" | ")}`);

const problems: string[] = [];
// A package that only brings a program has no entry whose types could be wrong.
const judged = [...publishedPackages().values()].filter((manifest) => process.argv[2] !== "attw" || manifest.exports !== undefined);
for (const manifest of judged) {
  const { code, output } = await runCommand(judge(tarballOf(manifest)));
  if (code !== 0) problems.push(`${manifest.name}:\n${output}`);
}
report(problems, `${judged.length} packages are in order`);
