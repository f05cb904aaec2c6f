import { type Command, InvalidArgumentError, Option } from "commander";
import type { SpaceFlags } from "../project/space-choice.ts";
import { PRESETS } from "./isolation.ts";

/** What one command is held to, and what it gets. */
export function declareSpace(command: Command): Command {
  return command
    .addOption(new Option("--preset <name>", "what it is held to").choices(PRESETS).default("contained"))
    .addOption(new Option("--adapter <name>", "who holds it to that (default: the first that can)").choices(["process", "bubblewrap", "config"]))
    .option("--network <policy>", "none, host, or allow:<host[:port]>,… (default: that of the preset)", network)
    .option("--mount <ro|rw:path>", "a file or directory that it also sees; repeatable", mount)
    .option("--env <NAME[=value]>", "a variable that it gets, with that value or the one here; repeatable", append)
    .option("--memory <size>", "the memory of all its processes together, such as 512m", size)
    .option("--pids <n>", "how many processes it may have at once", count)
    .option("--cpus <n>", "how many processors' time it may use, such as 0.5", fraction)
    .option("--degrade", "go on with less where this machine cannot hold it to all that, and say so");
}

function network(value: string): NonNullable<SpaceFlags["network"]> {
  if (value === "none" || value === "host") return { mode: value };
  const hosts = value.startsWith("allow:") ? value.slice("allow:".length).split(",") : [];
  if (hosts.length === 0 || hosts.includes(""))
    throw new InvalidArgumentError("It is none, host, or allow: and hosts, such as allow:example.com,*.example.org:8443.");
  return { mode: "allow", hosts };
}

function mount(value: string, before: SpaceFlags["mount"] = []): NonNullable<SpaceFlags["mount"]> {
  const [, mode, path] = /^(ro|rw):(.+)$/.exec(value) ?? [];
  if (mode === undefined || path === undefined) throw new InvalidArgumentError("It is ro: or rw: and a path, such as ro:/opt/tools.");
  return [...before, { path, mode: mode as "ro" | "rw" }];
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function size(value: string): number {
  const [, digits, unit = ""] = /^([1-9]\d{0,11})([kmg]?)b?$/i.exec(value) ?? [];
  if (digits === undefined) throw new InvalidArgumentError("It is a number of bytes, or one with k, m or g, such as 512m.");
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}

function count(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is no positive integer.");
}

export function fraction(value: string): number {
  if (/^\d{0,9}\.?\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It is no positive number.");
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
