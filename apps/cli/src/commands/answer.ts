import { type Command, Option } from "commander";
import type { AnswerRunFlags } from "../actions/answer.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad answer <run> [request]` */
export function declareAnswer(program: Command, finish: Finish): void {
  program
    .command("answer")
    .summary("answer what a run asks")
    .description("Answers what a run asks. It is taken once: the first answer that fits counts. In a terminal, without an answer, it is asked for.")
    .argument("<run>", "the id of the run")
    .argument(
      "[request]",
      "what is answered, as dad inputs calls it; the end of that, a node or a key is enough where it is unique, and nothing where only one thing is asked. What is not asked yet: its whole id",
    )
    .addOption(way("--value <json>", "the answer as JSON"))
    .addOption(way("--text <text>", "the answer is this text"))
    .addOption(way("--file <file>", "the answer is in a file, - for stdin: JSON, or where a text is asked for, that"))
    .addOption(way("--choice <choice>", "one of the choices, by its label or its value; repeatable where several may be chosen").argParser(append))
    .addOption(way("--yes", "yes: true"))
    .addOption(way("--no", "no: false"))
    .option("--comment <text>", "why, for the record")
    .option("--resume", "go on with the run at once, here, as dad resume does")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what was answered as one JSON object; with --resume, the run")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, request: string | undefined, flags: AnswerRunFlags) => {
      const { answerRequest } = await import("../actions/answer.ts");
      finish(await answerRequest({ runId, request }, flags));
    });
}

const WAYS = ["value", "text", "file", "choice", "yes", "no"];

function way(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.conflicts(WAYS.filter((name) => name !== option.attributeName()));
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const EXAMPLES = `
Examples:
  dad answer run_20261122_073443_1f9c2a
  dad answer run_20261122_073443_1f9c2a review:approve --yes --comment "looked at the patch" --resume
  dad answer run_20261122_073443_1f9c2a coder.release:level --choice minor
  dad answer run_20261122_073443_1f9c2a notes --file notes.md`;
