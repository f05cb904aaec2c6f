import { type Command, InvalidArgumentError, Option } from "commander";
import type { SandboxFlags } from "../actions/sandbox.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";
import { PRESETS } from "./isolation.ts";

/** `dad sandbox -- <command…>` */
export function declareSandbox(program: Command, finish: Finish): void {
  program
    .command("sandbox")
    .summary("run a command in isolation")
    .description(
      "Runs a command as a run would run it in isolation, by the policy of the dad.config of its directory and these options. It sees this directory and may change what it sees of it; what it changed is told and thrown away, unless --write is given. It gets no terminal, and standard input unless that is one.",
    )
    .argument("<command...>", "the program and its arguments, after --")
    .addOption(new Option("--preset <name>", "what it is held to").choices(PRESETS).default("contained"))
    .addOption(new Option("--adapter <name>", "who holds it to that (default: the first that can)").choices(["process", "bubblewrap", "config"]))
    .option("--network <policy>", "none, host, or allow:<host[:port]>,… (default: that of the preset)", network)
    .option("--workspace <dir>", "the directory that it works in (default: this one)", directory)
    .option("--write", "let it change the directory itself; not one with .git, whose hooks and settings would then be its own")
    .option("--mount <ro|rw:path>", "a file or directory that it also sees; repeatable", mount)
    .option("--env <NAME[=value]>", "a variable that it gets, with that value or the one here; repeatable", append)
    .option("--memory <size>", "the memory of all its processes together, such as 512m", size)
    .option("--pids <n>", "how many processes it may have at once", count)
    .option("--cpus <n>", "how many processors' time it may use, such as 0.5", fraction)
    .option("--timeout <seconds>", "after which it is ended, with exit code 124", fraction)
    .option("--degrade", "go on with less where this machine cannot hold it to all that, and say so")
    .option("--json", "print how it ended as one JSON object, with what it wrote")
    .addHelpText("after", EXAMPLES)
    .action(async (command: string[], flags: SandboxFlags) => {
      const { sandbox } = await import("../actions/sandbox.ts");
      finish(await sandbox(command, flags));
    });
}

function network(value: string): NonNullable<SandboxFlags["network"]> {
  if (value === "none" || value === "host") return { mode: value };
  const hosts = value.startsWith("allow:") ? value.slice("allow:".length).split(",") : [];
  if (hosts.length === 0 || hosts.includes(""))
    throw new InvalidArgumentError("It is none, host, or allow: and hosts, such as allow:example.com,*.example.org:8443.");
  return { mode: "allow", hosts };
}

function mount(value: string, before: SandboxFlags["mount"] = []): NonNullable<SandboxFlags["mount"]> {
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

function fraction(value: string): number {
  if (/^\d{0,9}\.?\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It is no positive number.");
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const EXAMPLES = `
Exit codes: that of the command; 128 and the number of the signal that ended it, 124 after its time, 137 over its memory or
disk, 127 when there is no such program, 125 when the isolation itself failed or this machine lacks what is required.

Examples:
  dad sandbox -- npm test
  dad sandbox -- sh -c 'rm -rf *'
  dad sandbox --write --workspace build --network allow:registry.example.com --memory 512m -- ./build.sh`;
