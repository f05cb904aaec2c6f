import type { Command } from "commander";
import type { ResourcesFlags } from "../actions/resources.ts";
import type { Finish } from "../exit-code.ts";

/** `dad resources` */
export function declareResources(program: Command, finish: Finish): void {
  program
    .command("resources")
    .summary("show the models, endpoints, secrets and tools of the profiles")
    .description(
      "Shows what the profiles of a project have, where its secrets are, and whether it can be used. No secret is ever shown. Exits with 1 when something cannot.",
    )
    .option("--profile <name>", "this profile alone (default: all)")
    .option("--check", "ask each model, endpoint and server of tools once, which may cost a few tokens each, and read all secrets")
    .option("--json", "print it as one JSON object")
    .action(async (flags: ResourcesFlags) => {
      const { showResources } = await import("../actions/resources.ts");
      finish(await showResources(flags));
    });
}
