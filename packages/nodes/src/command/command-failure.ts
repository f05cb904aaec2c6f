import type { NodeContext } from "@dad/agent";
import { CommandFailedError, CommandTimeoutError } from "../errors.ts";
import { excerpt, textOfCommand } from "./command-name.ts";
import type { CommandToRun, EndedCommand, Written } from "./execute-command.ts";

/** What people read at once, of output that is kept as a whole. */
const LONGEST_TAIL = 2000;
const MOST_LINES = 20;

/** Why a command that has ended counts as failed, or `undefined`. */
export function failureOf(
  { result, written }: EndedCommand,
  command: CommandToRun,
  context: Pick<NodeContext, "redactor">,
): CommandFailedError | CommandTimeoutError | undefined {
  const { reason, exitCode, signal } = result;
  const text = textOfCommand(command);
  const details = { command: text, exitCode, signal };
  const message = (what: string) => `the command \`${excerpt(text, context)}\` ${what}${tail(written)}`;
  if (reason === "timeout") return new CommandTimeoutError(message(`did not end within ${command.timeoutMs} ms and was ended`), details);
  if (reason === "memory" || reason === "disk") return new CommandFailedError(message(`used more ${reason} than its limit and was ended`), details);
  if (reason !== "exited" || exitCode === null) return new CommandFailedError(message(`was ended by ${signal ?? "another"}`), details);
  if (!command.allowExitCodes.includes(exitCode)) return new CommandFailedError(message(`ended with exit code ${exitCode}`), details);
  return undefined;
}

/** The end of what the command said about itself. */
function tail({ stdout, stderr, end }: Written): string {
  const [said, saidAboutIt] = [(end?.stdout || stdout).trim(), (end?.stderr || stderr).trim()];
  const [name, text] = saidAboutIt === "" ? ["stdout", said] : ["stderr", saidAboutIt];
  if (text === "") return "; it wrote nothing";
  const shown = text.split("\n").slice(-MOST_LINES).join("\n").slice(-LONGEST_TAIL);
  return `; its ${name} ends with:\n${shown === text ? text : `…${shown}`}`;
}
