import type { Preset } from "@dad/isolation";
import { type Command, Option } from "commander";

// Not imported: nothing but the parser is loaded before it is known what to do.
export const PRESETS: readonly Preset[] = ["cooperative", "contained", "hostile"];

/** What the commands of a run are held to. */
export function declareIsolation(command: Command): Command {
  return command
    .addOption(new Option("--isolation <preset>", "what commands are held to (default: that of dad.config, or else cooperative)").choices(PRESETS))
    .addOption(
      new Option(
        "--isolation-missing <what>",
        "where this machine cannot hold them to it: fail, or degrade: go on with what it can, and say so (default: that of dad.config, or else fail)",
      ).choices(["fail", "degrade"]),
    );
}
