import { NodeId } from "@dad/protocol";

/**
 * Compiles a pattern over node paths: ids joined by dots, where `*` stands for one step and `**` for any
 * number of steps, also none.
 *
 * @throws TypeError when a step of the pattern is neither of these nor an id.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const parts = pattern.split(".");
  const wrong = parts.find((part) => part !== "*" && part !== "**" && !NodeId.safeParse(part).success);
  if (wrong !== undefined) {
    throw new TypeError(
      `"${pattern}" is not a pattern for node paths: "${wrong}" is neither an id nor "*" (one step) nor "**" (any number of steps).`,
    );
  }
  return (path) => matches(parts, path.split("."));
}

/** Goes back to the last `**` only, so it takes at most pattern length × path length steps. */
function matches(parts: readonly string[], steps: readonly string[]): boolean {
  let part = 0;
  let step = 0;
  let retry: { readonly part: number; step: number } | undefined;
  while (step < steps.length) {
    if (parts[part] === "**") {
      retry = { part: ++part, step };
    } else if (part < parts.length && (parts[part] === "*" || parts[part] === steps[step])) {
      part += 1;
      step += 1;
    } else if (retry) {
      part = retry.part;
      step = ++retry.step;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === "**");
}
