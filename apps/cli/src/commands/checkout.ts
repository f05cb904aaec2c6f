import type { Command } from "commander";
import type { CheckoutFlags } from "../actions/checkout.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad checkout <run>` */
export function declareCheckout(program: Command, finish: Finish): void {
  program
    .command("checkout")
    .summary("make the readable files of a run again")
    .description(
      "Makes the readable files of a run again from its journal: those that are missing or changed. What the journal says nothing of is left alone.",
    )
    .argument("<run>", "the id of the run")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what was done as one JSON object")
    .action(async (runId: string, flags: CheckoutFlags) => {
      const { checkout } = await import("../actions/checkout.ts");
      finish(await checkout(runId, flags));
    });
}
