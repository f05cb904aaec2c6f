import type { Command, ExecOptions } from "./isolation-adapter.ts";
import type { ResolvedPolicy } from "./policy.ts";

/** What a command is held to: what it was given, or else what the policy of its space says. For adapters. @throws TypeError for what no process can be given. */
export function commandLimits(
  { argv }: Command,
  { timeoutMs, outputLimitBytes }: Pick<ExecOptions, "timeoutMs" | "outputLimitBytes">,
  { wallMs, outputBytes }: ResolvedPolicy["limits"],
): Pick<ExecOptions, "timeoutMs" | "outputLimitBytes"> {
  if (!Array.isArray(argv) || argv.length === 0) throw new TypeError("argv has to be a list with a program, and its arguments if it has any");
  if (!argv.every((part) => typeof part === "string" && !part.includes("\0")))
    throw new TypeError("the program and its arguments must be strings without NUL");
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw new TypeError(`timeoutMs must be more than 0, not ${timeoutMs}`);
  if (outputLimitBytes !== undefined && !(outputLimitBytes >= 0))
    throw new TypeError(`outputLimitBytes must not be less than 0, not ${outputLimitBytes}`);
  const [time, output] = [least(timeoutMs, wallMs), least(outputLimitBytes, outputBytes)];
  return { ...(time === undefined ? {} : { timeoutMs: time }), ...(output === undefined ? {} : { outputLimitBytes: output }) };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
