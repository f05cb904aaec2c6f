import type { NodeHandle } from "@dad/engine";

/** Tells the attempts of one walk apart. */
export function keyOf({ path, attempt }: NodeHandle): string {
  return `${path} ${attempt}`;
}
