// Check: the checks would notice. Faults are planted in a copy of the clone and in copies of adapters, and each has
// to be found by the check or the contract whose business it is, and by no other.
import { contractProblems } from "./contract-faults.ts";
import { type CloneCopy, copyClone } from "./clone-copy.ts";
import { runCommand } from "./command.ts";
import { report } from "./report.ts";
import type { CommandLine } from "./step.ts";
import { STRUCTURAL_FAULTS, type StructuralFault } from "./structural-faults.ts";
import { readWorkspace } from "./workspace.ts";

const CHECKS: Readonly<Record<string, CommandLine>> = {
  boundaries: ["node", "tools/gate/src/boundaries.ts"],
  cycles: ["node", "tools/gate/src/cycles.ts"],
  unused: ["knip", "--no-progress", "--no-config-hints"],
};

/** What a check found, by check: one string for each line, without what a change elsewhere in the file moves. */
type Findings = ReadonlyMap<string, readonly string[]>;

async function findingsIn(directory: string): Promise<Findings> {
  const found = Object.entries(CHECKS).map(async ([check, command]) => {
    const { code, output } = await runCommand(command, { cwd: directory });
    const lines =
      code === 0
        ? []
        : output.split("\n").map((line) =>
            line
              .replaceAll(/\s+/g, " ")
              .replace(/:\d+:\d+ ?$/, "")
              .trim(),
          );
    return [check, lines] as const;
  });
  return new Map(await Promise.all(found));
}

/** What is wrong with the tree already is the business of the steps of the gate, not of this one. */
async function structuralProblems(copy: CloneCopy, before: Findings, { fault, noticedBy, names, edits }: StructuralFault): Promise<string[]> {
  using planted = new DisposableStack();
  for (const { file, change } of edits) planted.use(copy.edit(file, change));
  const after = await findingsIn(copy.directory);
  return [...after].flatMap(([check, lines]) => {
    const fresh = lines.filter((line) => !before.get(check)?.includes(line) && !/^[A-Z]\w+( \w+)* \(\d+\)$/.test(line));
    if (check !== noticedBy) return fresh.map((line) => `${fault}: ${check} complains although it is not its business: ${line}`);
    return fresh.some((line) => line.includes(names)) ? [] : [`${fault}: ${check} does not name ${names}`, ...fresh];
  });
}

const { projects } = await readWorkspace();
const ports = projects.filter(({ layer }) => layer === "port").map(({ name }) => name);
const contracts = contractProblems(ports);

using copy = await copyClone();
const before = await findingsIn(copy.directory);
const structural: string[] = [];
for (const fault of STRUCTURAL_FAULTS) structural.push(...(await structuralProblems(copy, before, fault)));
report(
  [...structural, ...(await contracts)],
  `${STRUCTURAL_FAULTS.length} faults in the structure and one in each of ${ports.length} contracts are noticed`,
);
