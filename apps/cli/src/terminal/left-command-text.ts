import type { LeftCommand } from "@dad/local";

/** Whoever goes on beside a command that still works would do its work twice, or have it in the way. */
export function leftCommandText({ path, command, here }: LeftCommand): string {
  const what = `node ${path} was running a command when its process was killed`;
  if (!here) return `${what}, and on ${command.host} it may still be going on: process group ${command.pid} (${command.command})`;
  return `${what}, and it may still be going on: process group ${command.pid} (${command.command}). To end it: kill -- -${command.pid}`;
}
