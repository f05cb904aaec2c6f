// Check: what is published works for whoever installs it with npm, on every Node that it promises, and brings nothing else along.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readManifest, ROOT } from "./clone.ts";
import { outputOf, runCommand } from "./command.ts";
import { report } from "./report.ts";
import { closureOf, tarballOf } from "./tarballs.ts";

/** Besides the pinned one that runs this check. Versions of `tools/node-releases.json`. */
const OTHER_NODES = ["22.23.3", "26.10.0"];

interface Trial {
  /** The package that a user asks for. */
  readonly name: string;
  /** Third-party packages that may come along. */
  readonly brings: readonly string[];
  /** Arguments of `node`, in the directory of the installation, and what it has to print. */
  readonly programs: readonly { readonly args: readonly string[]; readonly prints: RegExp }[];
  readonly files?: readonly string[];
}

const DAD = "node_modules/@dad/cli/dist/main.js";

const TRIALS: readonly Trial[] = [
  {
    name: "@dad/run-context",
    brings: ["@opentelemetry/api", "eventemitter3", "uuid", "yaml", "zod"],
    files: ["program.mjs"],
    programs: [{ args: ["program.mjs"], prints: /^completed\n$/ }],
  },
  {
    // No git, no SQLite.
    name: "@dad/testing",
    brings: ["@opentelemetry/api", "eventemitter3", "uuid", "yaml", "zod"],
    files: ["test-agent.mjs"],
    programs: [{ args: ["test-agent.mjs"], prints: /^Here you are\. 2 a\.txt\n$/ }],
  },
  {
    name: "@dad/cli",
    brings: [
      "@ai-sdk/provider",
      "@lezer/common",
      "@lezer/highlight",
      "@lezer/javascript",
      "@lezer/lr",
      "@lezer/markdown",
      "@lezer/python",
      // What speaks to servers of tools, and what that stands on.
      "@modelcontextprotocol/client",
      "@modelcontextprotocol/core",
      "@opentelemetry/api",
      "cross-spawn",
      "diff",
      "eventemitter3",
      "eventsource",
      "eventsource-parser",
      "ignore",
      "isexe",
      "jose",
      "json-schema",
      "path-key",
      "pkce-challenge",
      "shebang-command",
      "shebang-regex",
      "uuid",
      "which",
      "yaml",
      "zod",
    ],
    programs: [
      { args: [DAD, "--version"], prints: new RegExp(`^${readManifest("apps/cli").version}\n$`) },
      { args: [DAD, "--help"], prints: /^Usage: dad/ },
      { args: ["report.mjs"], prints: /^the page is whole\n$/ },
      { args: ["otlp.mjs"], prints: /^all arrived\n$/ },
    ],
    files: ["agent.mjs", "otlp.mjs", "report.mjs"],
  },
];

async function nodes(): Promise<Map<string, string>> {
  const found = new Map([[process.versions.node, process.execPath]]);
  for (const version of OTHER_NODES) {
    const output = await outputOf(["node", "tools/dev.mjs", "node-path", version]);
    found.set(version, output.trimEnd().split("\n").at(-1) ?? "");
  }
  return found;
}

/** Plain npm, as it comes with Node: the folder knows nothing of this workspace. */
async function install(directory: string, { name, files = [] }: Trial): Promise<string[]> {
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "packed", private: true }));
  for (const file of files) copyFileSync(join(ROOT, "tools/gate/packed", file), join(directory, file));
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await outputOf(["npm", "install", ...flags, ...closureOf(name).map(tarballOf)], { cwd: directory });
  const lock = JSON.parse(readFileSync(join(directory, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { version: string }>>;
  };
  return Object.keys(lock.packages)
    .filter((path) => path !== "")
    .map((path) => path.replace(/^.*node_modules\//, ""))
    .toSorted();
}

async function programProblems(directory: string, { programs }: Trial): Promise<string[]> {
  const problems: string[] = [];
  for (const [version, node] of await nodes()) {
    const env = { HOME: directory, PATH: `${dirname(node)}:/usr/bin:/bin` };
    for (const { args, prints } of programs) {
      const { code, output } = await runCommand([node, ...args], { cwd: directory, env, timeoutMs: 60_000 });
      if (code !== 0 || !prints.test(output)) problems.push(`Node ${version}: node ${args.join(" ")} ended with ${code} and printed\n${output}`);
    }
  }
  return problems;
}

async function problemsOf(trial: Trial): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "dad packed-"));
  try {
    const installed = await install(directory, trial);
    console.log(`npm install ${trial.name} installs ${installed.length} packages: ${installed.join(", ")}`);
    const expected = new Set([...closureOf(trial.name).map((manifest) => manifest.name), ...trial.brings]);
    const unexpected = installed.filter((name) => !expected.has(name)).map((name) => `${trial.name} brings ${name}, which nobody expects`);
    return [...unexpected, ...(await programProblems(directory, trial))];
  } catch (error) {
    return [`${trial.name}: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const problems: string[] = [];
for (const trial of TRIALS) problems.push(...(await problemsOf(trial)));
report(problems, `works on Node ${[process.versions.node, ...OTHER_NODES].join(", ")}`);
