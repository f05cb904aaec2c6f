import { attempt, type EscapeAttempt, leak } from "./attempt.ts";
import { openBystander } from "./bystander.ts";
import { execOnHost } from "./exec-on-host.ts";
import { type Argv, node, shell } from "./programs.ts";
import { readFile } from "node:fs/promises";

/** What a program needs to start and to print, and what a shell makes itself. */
const HARMLESS = new Set([
  "PATH",
  "LANG",
  "LC_ALL",
  "TZ",
  "TERM",
  "TMPDIR",
  "HOME",
  "PWD",
  "OLDPWD",
  "SHLVL",
  "_",
  "USER",
  "LOGNAME",
  "SHELL",
  "HOSTNAME",
]);

type Entries = readonly (readonly [string, string])[];

const PRINT_ENV: Argv = node("process.stdout.write(JSON.stringify(Object.entries(process.env)))");
const SCAN = (file: string) => `for file in /proc/[0-9]*/${file}; do cat "$file"; done; true`;

/** What a command gets when nothing is held back. */
async function hostEntries(): Promise<Entries> {
  const { stdout } = await execOnHost(PRINT_ENV, { cwd: "/" });
  const text = Buffer.from(stdout).toString("latin1");
  return parse(text.slice(text.indexOf("[")));
}

function parse(text: string): Entries {
  return text === "" ? [] : (JSON.parse(text) as Entries);
}

export const ENV: readonly EscapeAttempt[] = [
  attempt("env.inherit/print", "print a variable of the host", {
    async make({ exec }) {
      const host = (await hostEntries()).filter(([name]) => !HARMLESS.has(name));
      const got = new Map(parse((await exec(PRINT_ENV)).text));
      const leaked = host.filter(([name, value]) => got.get(name) === value);
      return leaked.length > 0 ? `it has ${leaked.map(([name]) => name).join(", ")} of the host` : undefined;
    },
  }),
  attempt("env.procfs/parent", "read the environment of what started it", {
    needs: ["linux"],
    async make({ exec }) {
      const host = (await readFile("/proc/self/environ", "latin1")).split("\0");
      const { text } = await exec(shell('cat "/proc/$PPID/environ"'));
      const got = new Set(text.split("\0"));
      const leaked = host.filter((entry) => entry !== "" && !HARMLESS.has(entry.slice(0, entry.indexOf("="))) && got.has(entry));
      return leaked.length > 0 ? `it read ${leaked.length} variables of the process that opened the space` : undefined;
    },
  }),
  leak("env.procfs/any", "read the environment of any process of the host", {
    needs: ["linux"],
    async argv(ground) {
      await openBystander(ground);
      return shell(SCAN("environ"));
    },
  }),
  leak("env.procfs/command-line", "read the command line of a process of the host", {
    needs: ["linux"],
    async argv(ground) {
      await openBystander(ground);
      return shell(SCAN("cmdline"));
    },
  }),
];
