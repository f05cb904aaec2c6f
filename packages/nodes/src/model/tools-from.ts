import type { Effect } from "@dad/agent";
import { z } from "zod";

const alias = z.string().min(1);
const names = z.array(z.string().min(1)).min(1);

const ToolsOf = z.strictObject({
  /** The alias under which the profile of the run has the source. */
  source: alias,
  /** Of its tools, only these, as the source names them. Default: all. */
  only: names.optional(),
  /** Whether somebody has to approve of each call, or of each of these tools. Default: nobody. */
  approval: z.union([z.boolean(), names], "true, false or a list of names is expected").optional(),
  /** What repeating a call means. What the source says of itself is not believed. Default: `effectful`. */
  effect: z.enum(["pure", "idempotent", "effectful"]).optional(),
});

/** Tools of others: the alias of a source in the profile of the run, or more about it. */
export const ToolsFrom = z
  .array(z.union([alias, ToolsOf], "the alias of a source, or { source, only, approval, effect }, is expected"))
  .min(1)
  .check(({ value, issues }) => {
    const sources = value.map((item) => toolsOf(item).source);
    const twin = sources.findIndex((source, index) => sources.indexOf(source) !== index);
    if (twin !== -1) issues.push({ code: "custom", path: [twin], message: `${JSON.stringify(sources[twin])} is there twice`, input: value[twin] });
  });

export type ToolsFrom = z.output<typeof ToolsFrom>;

export function toolsOf(item: ToolsFrom[number]): z.output<typeof ToolsOf> {
  return typeof item === "string" ? { source: item } : item;
}

/** What repeating calls of these tools means, as far as the definition says so: one that a template gives may do anything. */
export function effectsFrom(toolsFrom: unknown): readonly Effect[] {
  if (toolsFrom === undefined) return [];
  const { data } = ToolsFrom.safeParse(toolsFrom);
  return data ? data.map((item) => toolsOf(item).effect ?? "effectful") : ["effectful"];
}
