const LONGEST_COMMAND = 200;

/** A command for people. */
export function textOfCommand({ argv, shell }: { readonly argv?: readonly string[] | undefined; readonly shell?: string | undefined }): string {
  return shell ?? argv?.join(" ") ?? "";
}

export function excerpt(command: string): string {
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command;
}
