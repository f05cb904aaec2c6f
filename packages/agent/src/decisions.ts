import type { Json } from "@dad/protocol";
import type { BlockDefinition } from "./definition.ts";

/** The members that hold what runs. */
const HOLDING: ReadonlySet<string> = new Set(["kind", "isTrue", "isFalse", "cases", "otherwise", "branches", "body", "handler", "cleanup"]);

/** What a block decides by: all of it that is data. */
export function decisionsOf(block: BlockDefinition): Readonly<Record<string, Json>> {
  const members = Object.entries(block).filter(([name, member]: [string, unknown]) => !HOLDING.has(name) && member !== undefined);
  return Object.fromEntries(members) as Readonly<Record<string, Json>>;
}
