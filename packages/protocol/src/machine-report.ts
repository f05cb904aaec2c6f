import { z } from "zod";

/** Something of the machine that DAD uses. */
export const MachineCheck = z.looseObject({
  name: z.string(),
  /** `missing`: runs need it. `limited`: they go on without. */
  status: z.enum(["fine", "limited", "missing"]),
  detail: z.string(),
  /** What to do, as a command or a sentence. */
  remedy: z.string().optional(),
});
export type MachineCheck = z.infer<typeof MachineCheck>;

const strength = z.enum(["enforced", "detected", "none"]);

export const IsolationReport = z.looseObject({
  adapter: z.string(),
  available: z.boolean(),
  /** The most that it can guard here, by name. */
  guards: z.record(z.string(), strength),
  problems: z.array(z.looseObject({ guard: z.string().optional(), message: z.string(), remedy: z.string() })),
  facts: z.record(z.string(), z.string()),
  /** What was seen of that when it was tried to get out, with `--isolation`. */
  proof: z
    .array(
      z.looseObject({
        guard: z.string(),
        claimed: strength,
        verdict: z.enum(["holds", "broken", "unproven", "contract", "none"]),
        attempts: z.looseObject({ all: z.int(), tried: z.int(), held: z.int() }),
      }),
    )
    .optional(),
});
export type IsolationReport = z.infer<typeof IsolationReport>;

/** What `dad doctor --json` prints: what this machine can do. */
export const MachineReport = z.looseObject({
  format: z.literal("dad.doctor/1"),
  checks: z.array(MachineCheck),
  isolation: z.array(IsolationReport),
});
export type MachineReport = z.infer<typeof MachineReport>;
