import { type Command, Option } from "commander";
import type { GraphFlags } from "../actions/graph.ts";
import type { Finish } from "../exit-code.ts";

/** `dad graph <file>` */
export function declareGraph(program: Command, finish: Finish): void {
  program
    .command("graph")
    .summary("show what an agent consists of")
    .description("Shows the agent that a file exports, as dad run would run it, and what is wrong with it. Nothing is run.")
    .argument("<file>", 'TypeScript or JavaScript; its export "agent" is shown, or else the only agent or flow that it exports')
    .addOption(
      new Option("--format <format>", "tree, for people; mermaid, a flowchart for Markdown; json")
        .choices(["tree", "mermaid", "json"])
        .default("tree"),
    )
    .addOption(new Option("--json", "the same as --format json").conflicts("format"))
    .action(async (file: string, flags: GraphFlags) => {
      const { graph } = await import("../actions/graph.ts");
      finish(await graph(file, flags));
    });
}
