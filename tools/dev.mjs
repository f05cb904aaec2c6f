#!/usr/bin/env node
// The one door into the repository: `node tools/dev.mjs <task> [args]`.
//
// It needs only Node (20 or newer, with npm) and git, brings the pinned Node and pnpm into
// `.tools/` when they are missing, installs the locked dependencies when they changed, and then
// runs the task. Everything lands inside the clone; only package caches are touched outside.
// Several copies may run at once: set-up is done by one, the others wait for it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./set-up-lock.mjs";

/** What the tool chain needs. */
const NODE_MINIMUM = [24, 11];
/** What an agent's commands may expect of `node`: it runs TypeScript. */
const AGENT_NODE_MINIMUM = [22, 18];
const NODE_PINNED = "24.21.0";
const PNPM_PINNED = "12.21.0";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** By version and platform: the npm package that holds this Node, and the integrity that it must have. */
const NODE_RELEASES = JSON.parse(readFileSync(join(root, "tools/node-releases.json"), "utf8"));
const tools = join(root, ".tools");
const pnpmHome = join(tools, `pnpm-${PNPM_PINNED}`);
const [task = "help", ...args] = process.argv.slice(2);

/** What a task runs, once everything is set up. The first word is looked up in node_modules/.bin, unless it is `node`. */
const TASKS = {
  start: () => [["node", "--conditions=@dad/source", "apps/sample-coder/src/main.ts", ...args]],
  test: () => [["node", "tools/gate/src/test.ts", ...args]],
  check: () => [["node", "tools/gate/src/check.ts", ...args]],
  dad: () => [["node", "--conditions=@dad/source", join(root, "apps/cli/src/main.ts"), ...args]],
  nx: () => [["nx", ...args]],
  exec: () => [args],
  setup: () => [],
  /** Prints where the program of another Node is, after fetching it: what is published is tried on those too. */
  "node-path": () => [["node", "-p", JSON.stringify(pinnedNode(args[0]))]],
};

/** `dad` works where the caller stands; everything else works at the root of the clone. */
const taskDirectory = () => (task === "dad" ? process.cwd() : root);
/** What the agents of these start has to find the tools of their user, not those of this clone. */
const runsAgents = task === "dad" || task === "start";
/** It brings the lockfile and the dependencies in line with the manifests itself, so nothing may be demanded of them before. */
const runsPnpm = task === "exec" && args[0] === "pnpm";
const installs = runsPnpm && ["install", "i"].includes(args[1]) && !args.includes("--lockfile-only");

class SetUpError extends Error {}

async function main() {
  if (!(task in TASKS)) {
    console.error(`usage: node tools/dev.mjs <${Object.keys(TASKS).join(" | ")}> [args]`);
    process.exit(task === "help" ? 0 : 2);
  }
  if (!toolsAreThere()) await withLock(tools, bringTools);
  if (!runsPnpm && !dependenciesAreThere()) await withLock(tools, installDependencies);
  if (task === "node-path" && !existsSync(pinnedNode(args[0]))) await withLock(tools, () => fetchNode(args[0]));
  process.exit(installs ? await withLock(tools, runInstall) : await runAll(TASKS[task]()));
}

function toolsAreThere() {
  return existsSync(nodeBinary()) && existsSync(pnpmBinary());
}

function dependenciesAreThere() {
  return readIfThere(stampFile()) === wantedStamp();
}

function bringTools() {
  if (!existsSync(nodeBinary())) {
    say(`Node ${process.versions.node} is too old for the tool chain (it needs ${NODE_MINIMUM.join(".")} or newer)`);
    fetchNode(NODE_PINNED);
  }
  if (!existsSync(pnpmBinary())) fetchPnpm();
}

/** What the lockfile says and nothing else: a task never changes it. */
function installDependencies() {
  if (dependenciesAreThere()) return;
  say("installing dependencies …");
  const install = ["install", "--frozen-lockfile", "--trust-lockfile", "--reporter=append-only", "--loglevel=warn"];
  const options = { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", maxBuffer: Infinity };
  const { status, signal, error, stdout, stderr } = spawnSync(nodeBinary(), [pnpmBinary(), ...install], options);
  if (error) throw new SetUpError(`cannot run pnpm: ${error.message}`);
  process.stderr.write(stdout + stderr);
  if (/frozen-lockfile|OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH/.test(stdout + stderr)) {
    const remedy = "run `node tools/dev.mjs exec pnpm install`, and commit the lockfile with them";
    throw new SetUpError(`pnpm-lock.yaml does not fit the package.json files and pnpm-workspace.yaml: ${remedy}`);
  }
  if (status !== 0) throw new SetUpError(`pnpm ${install.join(" ")} ended with ${status ?? signal}`);
  writeFileSync(stampFile(), wantedStamp());
}

/** `exec pnpm install` leaves what a set-up would leave. */
async function runInstall() {
  const code = await runAll(TASKS[task]());
  if (code === 0) writeFileSync(stampFile(), wantedStamp());
  return code;
}

/** The Node that the caller has, which runs this script. */
function callerNodeIsAtLeast([wantedMajor, wantedMinor]) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function nodeBinary() {
  if (callerNodeIsAtLeast(NODE_MINIMUM)) return process.execPath;
  return pinnedNode(NODE_PINNED);
}

function pinnedNode(version) {
  return join(tools, `node-${version}`, "bin", process.platform === "win32" ? "node.exe" : "node");
}

function fetchNode(version) {
  if (existsSync(pinnedNode(version))) return;
  const platform = `${process.platform}-${process.arch}`;
  const [name, integrity] = NODE_RELEASES[version]?.[platform] ?? [];
  if (!name) throw new SetUpError(`Node ${version} cannot be fetched for ${platform}: install it and put it first on the PATH`);
  say(`fetching Node ${version} …`);
  inTemporaryDirectory("node", (directory) => {
    npm(["pack", `${name}@${version}`, "--silent", "--pack-destination", directory], directory);
    const archive = join(directory, `${name}-${version}.tgz`);
    const actual = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (actual !== integrity) throw new SetUpError(`${name}@${version} has the integrity ${actual}, expected ${integrity}`);
    const binary = process.platform === "win32" ? "bin/node.exe" : "bin/node";
    run("tar", ["-xzf", archive, "-C", directory, `package/${binary}`]);
    if (process.platform !== "win32") chmodSync(join(directory, "package", binary), 0o755);
    moveIntoPlace(join(directory, "package"), join(tools, `node-${version}`));
  });
}

function pnpmBinary() {
  return join(pnpmHome, "node_modules", "pnpm", "dad-pnpm.mjs");
}

/** pnpm is a native program behind a package per platform; npm picks and verifies the right one. */
function fetchPnpm() {
  say(`fetching pnpm ${PNPM_PINNED} …`);
  inTemporaryDirectory("pnpm", (directory) => {
    writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true }));
    const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    npm(["install", `pnpm@${PNPM_PINNED}`, ...flags], directory);
    const native = join(directory, "node_modules", "@pnpm");
    const binary = existsSync(native) ? readdirSync(native).find((entry) => entry.startsWith("exe.")) : undefined;
    if (!binary) throw new SetUpError(`pnpm ${PNPM_PINNED} has no program for ${process.platform}-${process.arch}`);
    const program = process.platform === "win32" ? "pnpm.exe" : "pnpm";
    const launcher = [
      'import { spawnSync } from "node:child_process";',
      `const program = new URL("../@pnpm/${binary}/${program}", import.meta.url);`,
      'const { fileURLToPath } = await import("node:url");',
      'const { status, error } = spawnSync(fileURLToPath(program), process.argv.slice(2), { stdio: "inherit" });',
      "if (error) throw error;",
      "process.exit(status ?? 1);",
    ];
    writeFileSync(join(directory, "node_modules", "pnpm", "dad-pnpm.mjs"), `${launcher.join("\n")}\n`);
    const shim = join(directory, "bin");
    mkdirSync(shim);
    if (process.platform === "win32") cpSync(join(native, binary, program), join(shim, program));
    else writeFileSync(join(shim, "pnpm"), `#!/bin/sh\nexec "$(dirname "$0")/../node_modules/@pnpm/${binary}/pnpm" "$@"\n`, { mode: 0o755 });
    moveIntoPlace(directory, pnpmHome);
  });
}

function environment() {
  // What Node has made of the sources is kept: it halves the start of each process that runs from them.
  const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(tools, "compiled");
  const env = { ...process.env, NODE_COMPILE_CACHE, DAD_CLONE: root, PATH: (runsAgents ? agentPath() : toolPath()).join(delimiter) };
  // npm describes its own package and settings to scripts; a nested package manager would take them for its own.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|config_(prefix|local_prefix|global_prefix))/i.test(name)) delete env[name];
  if (runsAgents) return env;
  // pnpm remembers in its state directory when it last looked for updates: nobody outside of the clone needs that.
  return { ...env, XDG_STATE_HOME: join(tools, "state"), NX_DAEMON: "false", NX_ISOLATE_PLUGINS: "false" };
}

/** Tools that start `node` or `pnpm` themselves must find the pinned ones. */
function toolPath() {
  return [dirname(nodeBinary()), join(pnpmHome, "bin"), join(root, "node_modules", ".bin"), process.env.PATH ?? ""];
}

/** The caller's own, without what npm puts in front of it for a script, and with a Node that is new enough. */
function agentPath() {
  const byNpm = process.env.npm_lifecycle_event === undefined ? () => false : isPutThereByNpm;
  const path = (process.env.PATH ?? "").split(delimiter).filter((directory) => !byNpm(directory));
  const node = dirname(nodeBinary());
  return callerNodeIsAtLeast(AGENT_NODE_MINIMUM) ? [...path, node] : [node, ...path];
}

function isPutThereByNpm(directory) {
  const modules = join("node_modules", ".bin");
  if (directory.endsWith(join("@npmcli", "run-script", "lib", "node-gyp-bin"))) return true;
  return directory.endsWith(modules) && `${root}${sep}`.startsWith(directory.slice(0, -modules.length));
}

function stampFile() {
  return join(root, "node_modules", ".dad-installed");
}

function wantedStamp() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]) {
    hash.update(`${file}\0${readIfThere(join(root, file)) ?? ""}\0`);
  }
  return hash.digest("hex");
}

function manifests() {
  const found = ["package.json"];
  for (const folder of ["packages", "apps", "tools"]) {
    for (const entry of existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []) {
      const file = join(folder, entry, "package.json");
      if (existsSync(join(root, file))) found.push(file);
    }
  }
  return found;
}

function inTemporaryDirectory(name, work) {
  const directory = join(tools, `tmp-${name}-${process.pid}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  try {
    work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function moveIntoPlace(from, to) {
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}

function npm(npmArgs, cwd) {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const script = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : beside;
  const [file, first] = existsSync(script) ? [process.execPath, [script]] : ["npm", []];
  // A package manager that runs inside `npm start` must not take this clone for its prefix.
  const env = { ...process.env, npm_config_prefix: undefined, npm_config_local_prefix: undefined };
  run(file, [...first, ...npmArgs], { cwd, env, shell: file === "npm" && process.platform === "win32", quiet: true });
}

function run(file, fileArgs, { quiet = false, ...options } = {}) {
  const result = spawnSync(file, fileArgs, { stdio: quiet ? ["ignore", "pipe", "inherit"] : ["ignore", 2, 2], ...options });
  if (result.error) throw new SetUpError(`cannot run ${file}: ${result.error.message}`);
  if (result.status !== 0) throw new SetUpError(`${file} ${fileArgs.join(" ")} ended with ${result.status ?? result.signal}`);
}

/** Runs the commands of a task one after the other and gives the exit code of the first that fails. */
async function runAll(commands) {
  for (const [name, ...rest] of commands) {
    const local = join(root, "node_modules", ".bin", name);
    const file = name === "node" ? nodeBinary() : existsSync(local) ? local : name;
    const code = await runTask(file, rest);
    if (code !== 0) return code;
  }
  return 0;
}

function runTask(file, fileArgs) {
  return new Promise((done, fail) => {
    const child = spawn(file, fileArgs, { stdio: "inherit", cwd: taskDirectory(), env: environment() });
    // What is sent to this process alone is passed on. A Ctrl-C the child may have from the terminal already, and takes the two for one;
    // on Windows it always has it, and `kill` would end it at once.
    const forward = (signal) => void (signal === "SIGINT" && process.platform === "win32" ? undefined : child.kill(signal));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
    child.on("error", (error) => fail(new SetUpError(`cannot run ${file}: ${error.message}`)));
    child.on("close", (code, signal) => done(code ?? 128 + constants.signals[signal]));
  });
}

function readIfThere(file) {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function say(message) {
  console.error(`dad: ${message}`);
}

main().catch((error) => {
  if (!(error instanceof SetUpError)) throw error;
  say(error.message);
  process.exit(1);
});
