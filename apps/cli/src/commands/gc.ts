import { type Command, Option } from "commander";
import type { GcFlags } from "../actions/gc.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad gc` */
export function declareGc(program: Command, finish: Finish): void {
  program
    .command("gc")
    .summary("move what nobody needs to the trash")
    .description(
      "Moves contents that no journal names, and what dead processes left, to the trash: runs/.dad/trash. Runs may go on meanwhile. Nothing is deleted before --purge.",
    )
    .option("--dry-run", "move nothing, and say what would be moved")
    .addOption(
      new Option("--undo [id]", "put back what was moved: the last time, or in the trash of this id").conflicts(["dryRun", "purge", "verbose"]),
    )
    .addOption(new Option("--purge", "delete all that is in the trash, for ever").conflicts(["dryRun", "verbose"]))
    .option("--verbose", "tell of each thing, also why it stays")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what was done as one JSON object")
    .action(async (flags: GcFlags) => {
      const { gc } = await import("../actions/gc.ts");
      finish(await gc(flags));
    });
}
