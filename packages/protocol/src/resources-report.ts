import { z } from "zod";
import { BudgetLimits } from "./budget.ts";
import { Usage } from "./usage.ts";

/**
 * `fine`: it is there, and was asked where that was wanted. `unchecked`: nothing speaks against it, and nobody asked. `missing`: it cannot be
 * used; `problem` says why and what to do.
 */
export const ResourceStatus = z.enum(["fine", "unchecked", "missing"]);
export type ResourceStatus = z.infer<typeof ResourceStatus>;

const found = { status: ResourceStatus, problem: z.string().optional() };
const reference = z.string().min(1);

export const ModelReport = z.looseObject({
  alias: z.string(),
  /** Absent where that cannot be known. */
  provider: z.string().optional(),
  model: z.string().optional(),
  /** In US dollars per million tokens. Absent: nobody has said what it costs. */
  price: z
    .looseObject({
      inputPerMTok: z.number(),
      outputPerMTok: z.number(),
      cachedInputPerMTok: z.number().optional(),
      cacheWritePerMTok: z.number().optional(),
    })
    .optional(),
  /** Its replies come from a recording or a script: nobody is called. */
  recorded: z.boolean().optional(),
  limits: z.record(z.string(), z.number()).optional(),
  /** Of its provider: of all models of that together. */
  providerLimits: z.record(z.string(), z.number()).optional(),
  /** Who is asked instead, by alias. */
  fallbacks: z.array(z.string()).optional(),
  /** Where its secrets are, and never what they are. */
  secrets: z.array(reference),
  ...found,
  /** What the call used that looked whether it answers. */
  usage: Usage.optional(),
  durationMs: z.number().nonnegative().optional(),
});
export type ModelReport = z.infer<typeof ModelReport>;

export const ProfileReport = z.looseObject({
  name: z.string(),
  note: z.string().optional(),
  extends: z.array(z.string()),
  /** What all runs of one process may use of it together. */
  budget: BudgetLimits.optional(),
  /** What is wrong with the profile as a whole. */
  problem: z.string().optional(),
  models: z.array(ModelReport),
  endpoints: z.array(z.looseObject({ alias: z.string(), url: z.string(), ...found })),
  /** All that it names, also those of its providers and tools. */
  secrets: z.array(z.looseObject({ alias: z.string().optional(), reference, ...found })),
  tools: z.array(
    z.looseObject({ alias: z.string(), server: z.string(), tools: z.array(z.string()).optional(), secrets: z.array(reference), ...found }),
  ),
  others: z.array(z.looseObject({ kind: z.string(), alias: z.string() })),
});
export type ProfileReport = z.infer<typeof ProfileReport>;

/** What `dad resources --json` prints: which resources there are, and whether they can be used. */
export const ResourcesReport = z.looseObject({
  format: z.literal("dad.resources/1"),
  /** The profile that a run uses when nobody names one. */
  selected: z.string().optional(),
  /** Each model, endpoint and server of tools was asked once. */
  checked: z.boolean(),
  profiles: z.array(ProfileReport),
  /** What all of those calls used. */
  usage: Usage.optional(),
});
export type ResourcesReport = z.infer<typeof ResourcesReport>;
