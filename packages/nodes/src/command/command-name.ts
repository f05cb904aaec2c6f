import type { NodeContext } from "@dad/agent";

const LONGEST_COMMAND = 200;

/** A command for people. */
export function textOfCommand({ argv, shell }: { readonly argv?: readonly string[] | undefined; readonly shell?: string | undefined }): string {
  return shell ?? argv?.join(" ") ?? "";
}

/** The beginning of one, without secrets: also without a part of one that the end would cut. */
export function excerpt(text: string, { redactor }: Pick<NodeContext, "redactor">): string {
  const command = redactor.text(text);
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command;
}
