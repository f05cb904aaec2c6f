import { isJsonObject, type Json } from "@dad/protocol";

/** What is executed of the settings of a command, or of several: what they read from files, variables and their input is data to them. */
export function commandIn(settings: Json): Json {
  if (!isJsonObject(settings)) return settings;
  const { argv, shell, commands } = settings;
  // A reference to a whole list may give any.
  const inner = Array.isArray(commands) ? commands.map(commandIn) : commands;
  return [argv, shell, inner].filter((part): part is Json => part !== undefined);
}
