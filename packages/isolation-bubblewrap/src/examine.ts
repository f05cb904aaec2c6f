import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram, guardsWith, type IsolationProbe, type IsolationProblem } from "@dad/isolation";
import { NOT_LINUX, NOT_THERE, trialProblem, versionProblem } from "./bwrap-problems.ts";
import { type CgroupSupport, findCgroups } from "./cgroup/find-cgroups.ts";
import { mostGuards } from "./claims.ts";
import { canReach } from "./host-user.ts";
import { inheritedDescriptors } from "./inherited-descriptors.ts";
import type { Machine } from "./lodging.ts";
import { systemArguments } from "./profile.ts";
import { nodeBinds } from "./program-binds.ts";
import { DEFAULT_UIDS, type RunUsers } from "./run-users.ts";
import { seccompFilter } from "./seccomp/seccomp-filter.ts";
import { tryOut } from "./trial.ts";

export interface ExaminationOptions {
  /** Path of bwrap. Default: `/usr/bin/bwrap`, which profiles of AppArmor are for, else the first in the `PATH`. */
  readonly program: string | undefined;
  readonly path: string;
  readonly usesCgroups: boolean;
  readonly users: RunUsers | undefined;
}

/** What a machine can do, and what it has for that, if it can. */
export interface Examination {
  readonly probe: IsolationProbe;
  readonly machine: Machine | undefined;
}

/** Looks at the machine, and opens a sandbox to see. */
export async function examine({ program: named, path, usesCgroups, users }: ExaminationOptions): Promise<Examination> {
  const { arch } = process;
  if (process.platform !== "linux") return unavailable(NOT_LINUX);
  if (arch !== "x64" && arch !== "arm64") return unavailable({ ...NOT_LINUX, message: `there is no filter of system calls for ${arch}` });
  const program = named ?? (await findBwrap(path));
  if (program === undefined) return unavailable(NOT_THERE);
  const said = await versionOf(program);
  const problem = typeof said === "string" ? await versionProblemOf(program, said) : trialProblem(program, said.message);
  const hindrance = problem ?? (users && placeProblem());
  if (hindrance) return unavailable(hindrance);

  const [cgroups, without, withHost, node] = await Promise.all([
    usesCgroups ? findCgroups() : undefined,
    systemArguments("none"),
    systemArguments("host"),
    nodeBinds(process.execPath),
  ]);
  const machine: Machine = {
    program,
    system: { none: without, host: withHost },
    node,
    inherited: inheritedDescriptors(),
    filter: seccompFilter(arch),
    cgroups,
    countsProcesses: countsProcesses(),
  };
  const [trial, overlay] = await Promise.allSettled([tryOut(machine, { isOverlay: false, users }), tryOut(machine, { isOverlay: true, users })]);
  if (trial.status === "rejected") return unavailable(trialProblem(program, textOf(trial.reason)));
  const means = { hasOverlay: overlay.status === "fulfilled", countsProcesses: machine.countsProcesses, controllers: cgroups?.controllers ?? [] };
  const problems = [...(overlay.status === "rejected" ? [overlayProblem(textOf(overlay.reason))] : []), ...cgroupProblems(cgroups)];
  return { probe: { available: true, guards: mostGuards(means), problems, facts: factsOf(program, String(said), cgroups) }, machine };
}

/** The users of runs have to get to what we keep for them. */
function placeProblem(): IsolationProblem | undefined {
  const { first } = DEFAULT_UIDS;
  if (canReach({ uid: first, gid: first }, join(tmpdir(), "any"))) return undefined;
  return { message: `the users of runs cannot get into ${tmpdir()}`, remedy: "set TMPDIR to a directory that everybody may enter, such as /tmp" };
}

function unavailable(problem: IsolationProblem): Examination {
  return { probe: { available: false, guards: guardsWith({}), problems: [problem] }, machine: undefined };
}

export async function findBwrap(path: string): Promise<string | undefined> {
  return findProgram("bwrap", { cwd: "/", path: `/usr/bin:${path}` }).catch(() => undefined);
}

async function versionOf(program: string): Promise<string | Error> {
  return promisify(execFile)(program, ["--version"], { env: { PATH: "/usr/bin:/bin" } }).then(
    ({ stdout }) => stdout.trim(),
    (error: Error) => error,
  );
}

async function versionProblemOf(program: string, said: string): Promise<IsolationProblem | undefined> {
  const { mode } = await stat(program);
  return versionProblem(program, { said, isSetuid: (mode & 0o4000) !== 0 });
}

/** Since Linux 5.14 RLIMIT_NPROC counts those of a user namespace for themselves: user_namespaces(7). Before, all that the user has anywhere. */
function countsProcesses(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

function overlayProblem(failure: string): IsolationProblem {
  return {
    guard: "fs.workspace",
    message: `no overlay can be mounted over a workspace (${failure})`,
    remedy: "set TMPDIR to a directory on ext4, xfs, btrfs or tmpfs, on a kernel from 5.11 on, or do without workspace: overlay",
  };
}

function cgroupProblems(cgroups: CgroupSupport | undefined): readonly IsolationProblem[] {
  return (cgroups?.problems ?? []).map(({ controller, message, remedy }) => ({ guard: `limit.${controller}` as const, message, remedy }));
}

function factsOf(program: string, version: string, cgroups: CgroupSupport | undefined): Readonly<Record<string, string>> {
  return {
    bwrap: `${program} (${version})`,
    kernel: release(),
    cgroups: cgroups ? `${cgroups.controllers.join(", ") || "no limits"} in ${cgroups.directories.join(", ") || "no directory"}` : "not used",
    user: process.getuid?.() === 0 ? "root, each run with a user id of its own" : String(process.getuid?.()),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
