import type { Command } from "commander";
import type { SandboxFlags } from "../actions/sandbox.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";
import { declareSpace, fraction } from "./space.ts";

/** `dad sandbox -- <command…>` */
export function declareSandbox(program: Command, finish: Finish): void {
  const sandbox = program
    .command("sandbox")
    .summary("run a command in isolation")
    .description(
      "Runs a command as a run would run it in isolation, by the policy of the dad.config of its directory and these options. It sees this directory and may change what it sees of it; what it changed is told and thrown away, unless --write is given. It gets no terminal, and standard input unless that is one.",
    )
    .argument("<command...>", "the program and its arguments, after --")
    .option("--workspace <dir>", "the directory that it works in (default: this one)", directory)
    .option("--write", "let it change the directory itself; not one with .git, whose hooks and settings would then be its own");
  declareSpace(sandbox)
    .option("--timeout <seconds>", "after which it is ended, with exit code 124", fraction)
    .option("--json", "print how it ended as one JSON object, with what it wrote")
    .addHelpText("after", EXAMPLES)
    .action(async (command: string[], flags: SandboxFlags) => {
      const { sandbox } = await import("../actions/sandbox.ts");
      finish(await sandbox(command, flags));
    });
}

const EXAMPLES = `
Exit codes: that of the command; 128 and the number of the signal that ended it, 124 after its time, 137 over its memory or
disk, 127 when there is no such program, 125 when the isolation itself failed or this machine lacks what is required.

Examples:
  dad sandbox -- npm test
  dad sandbox -- sh -c 'rm -rf *'
  dad sandbox --write --workspace build --network allow:registry.example.com --memory 512m -- ./build.sh`;
