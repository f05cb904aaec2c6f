import { globSync } from "node:fs";
import { ROOT } from "./clone.ts";
import type { CommandLine, Step } from "./step.ts";

/** All that decides whether a change lands, besides the tests. The long ones first, so that the short ones fill the gaps. */
export function gateSteps(): Step[] {
  return [
    { name: "types", commands: [["tsc", "--build", ".", ...typeProjects()]] },
    {
      name: "crashes",
      commands: [
        faults("kill", "git", "again", "random", "runs", "one id", ...rerun("kill", "git", "again", "git refuses"), ...asking("kill", "again")),
      ],
    },
    {
      name: "outages",
      commands: [faults("power", "outages", "refuse", ...rerun("power", "outages", "refuse"), ...asking("power", "outages", "refuse"))],
    },
    { name: "outcomes", commands: [faults("outcomes", "outcome kills", "work trees")] },
    { name: "isolation", commands: [gate("isolation")] },
    { name: "browser", commands: [gate("browser")] },
    { name: "build", commands: [["nx", "run-many", "--target=build", "--outputStyle=static"]], after: ["types"] },
    { name: "pack", commands: [gate("pack")], needs: ["build"] },
    { name: "packed", commands: [gate("packed")], needs: ["pack"] },
    { name: "publint", commands: [gate("published", "publint")], needs: ["pack"] },
    { name: "attw", commands: [gate("published", "attw")], needs: ["pack"] },
    { name: "faults", commands: [gate("planted-faults")] },
    { name: "snippets", commands: [gate("snippets")] },
    { name: "lint", commands: [["oxlint", "--deny-warnings"]] },
    { name: "unused", commands: [["knip", "--no-progress", "--no-config-hints"]] },
    { name: "boundaries", commands: [gate("boundaries")] },
    { name: "cycles", commands: [gate("cycles")] },
    { name: "laws", commands: [gate("laws")] },
    { name: "references", commands: [["nx", "sync:check"]] },
    { name: "format", commands: [["oxfmt", "--check"]] },
    { name: "formats", commands: [gate("formats", "--check")] },
    { name: "changesets", commands: [gate("changesets")] },
  ];
}

function gate(program: string, ...args: string[]): CommandLine {
  return ["node", "--conditions=@dad/source", `tools/gate/src/${program}.ts`, ...args];
}

/** Those that start processes are apart from those that fill the memory: to start one costs more the more memory there is. */
function faults(...kinds: string[]): CommandLine {
  return ["node", "--conditions=@dad/source", "tools/faults/src/main.ts", ...kinds.flatMap((kind) => ["--only", kind])];
}

/** The same done to a re-run. */
function rerun(...kinds: string[]): string[] {
  return kinds.map((kind) => `rerun ${kind}`);
}

/** The same done to a run that asks people. */
function asking(...kinds: string[]): string[] {
  return kinds.map((kind) => `asking ${kind}`);
}

/** What the root configuration does not refer to: the tools, and the tests that have a configuration of their own. */
function typeProjects(): string[] {
  return [...globSync("tools/*/tsconfig.json", { cwd: ROOT }), ...globSync("{packages,apps,tools}/*/{test,e2e}/tsconfig.json", { cwd: ROOT })];
}
