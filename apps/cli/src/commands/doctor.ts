import type { Command } from "commander";
import type { DoctorFlags } from "../actions/doctor.ts";
import type { Finish } from "../exit-code.ts";

/** `dad doctor` */
export function declareDoctor(program: Command, finish: Finish): void {
  program
    .command("doctor")
    .summary("say what this machine can do")
    .description(
      "Says what this machine can do of what runs use, and what to do about the rest. Exits with 1 when something is missing that runs need, or when with --isolation something got out.",
    )
    .option("--isolation", "try to get out of each isolation in every way that it says to guard; takes about a minute")
    .option("--json", "print it as one JSON object")
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import("../actions/doctor.ts");
      finish(await doctor(flags));
    });
}
