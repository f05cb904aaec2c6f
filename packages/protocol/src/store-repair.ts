import { z } from "zod";
import { Finding } from "./finding.ts";

/** One line of `.dad/repairs.jsonl` in a run root: a repair of what belongs to no run that could record it. */
export const StoreRepair = z.looseObject({
  format: z.literal("dad.repair/1"),
  time: z.iso.datetime(),
  /** What was found before. */
  finding: Finding,
  /** What was done. */
  action: z.string().min(1),
});
export type StoreRepair = z.infer<typeof StoreRepair>;
