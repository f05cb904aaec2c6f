// Writes into the README of `@dad/isolation-bubblewrap` what was held back on this machine, as root and as a user without rights. With `--json`, only
// tries it as whoever runs this, and prints what came of it.
import { readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { type EscapeReport, type GuardReport, runEscapes } from "@dad/isolation/escapes";
import { ROOT } from "./clone.ts";
import { outputOf } from "./command.ts";
import type { CommandLine } from "./step.ts";

const README = join(ROOT, "packages/isolation-bubblewrap/README.md");
const [BEGIN, END] = ["<!-- what was held back: tools/gate/src/isolation-matrix.ts writes this -->\n", "<!-- end -->"];
/** `nobody`: it owns nothing. */
const UNPRIVILEGED = "65534";
const SELF: CommandLine = [process.execPath, "--conditions=@dad/source", join(import.meta.dirname, "isolation-matrix.ts"), "--json"];
const HOST = { module: join(ROOT, "packages/isolation-bubblewrap/test/host-adapter.ts"), execArgv: ["--conditions=@dad/source"] };

if (process.argv.includes("--json")) console.log(JSON.stringify(await runEscapes(bubblewrapIsolation(), { program: HOST })));
else await write();

async function write(): Promise<void> {
  const root = await tried(SELF);
  const user = await tried(["setpriv", `--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, "--clear-groups", "env", "HOME=/tmp", ...SELF]);
  const text = readFileSync(README, "utf8");
  const [before = "", rest = ""] = text.split(BEGIN);
  const after = rest.slice(rest.indexOf(END));
  writeFileSync(README, `${before}${BEGIN}\n${await machine()}\n\n${matrix(root, user)}\n\n${after}`);
}

async function tried(command: CommandLine): Promise<EscapeReport> {
  const output = await outputOf(command);
  return JSON.parse(output.slice(output.indexOf('{"adapter"'))) as EscapeReport;
}

async function machine(): Promise<string> {
  const { facts = {} } = await bubblewrapIsolation().probe();
  return `Attempts to get out that were held back, of those that could be made (Linux ${release()}, bubblewrap ${/[\d.]+(?=\)|$)/.exec(facts["bwrap"] ?? "")?.[0] ?? "?"}):`;
}

/** One row for each group of guards: so many were held back of so many that were tried. What is not claimed is left out. */
function matrix(root: EscapeReport, user: EscapeReport): string {
  const groups = [...new Set(root.guards.map(({ guard }) => groupOf(guard)))];
  const rows = groups.map((group) => `| \`${group}.*\` | ${cell(root, group)} | ${cell(user, group)} |`);
  return ["| guards | as root, in a sandbox of another user | as a user without rights |", "| --- | --- | --- |", ...rows].join("\n");
}

function groupOf(guard: string): string {
  return guard.split(".")[0] ?? guard;
}

function cell({ guards }: EscapeReport, group: string): string {
  const own = guards.filter(({ guard, claimed }) => groupOf(guard) === group && claimed !== "none");
  return own.length === 0 ? "-" : own.map(text).join(", ");
}

function text({ guard, claimed, verdict, attempts }: GuardReport): string {
  const name = guard.slice(groupOf(guard).length + 1);
  const count = attempts.all === 0 ? "" : ` ${attempts.held}/${attempts.tried}`;
  return `${name}${count}${claimed === "detected" ? " detected" : ""}${verdict === "holds" || verdict === "contract" ? "" : ` (${verdict})`}`;
}
