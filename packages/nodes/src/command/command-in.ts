import { isJsonObject, type Json } from "@dad/protocol";

/**
 * What decides what a command does, of one or of several: also what programs read from their input and their environment, which
 * may be a script for a shell or settings of git.
 */
export function commandIn(settings: Json): Json {
  if (!isJsonObject(settings)) return settings;
  const { argv, shell, stdin, env, cwd, isolation, commands } = settings;
  // A reference to a whole list may give any.
  const inner = Array.isArray(commands) ? commands.map(commandIn) : commands;
  return [argv, shell, stdin, env, cwd, isolation, inner].filter((part): part is Json => part !== undefined);
}
