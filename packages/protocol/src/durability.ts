import { z } from "zod";

/**
 * What a store promises of what it acknowledged: `strict`, it is there after a power loss; `relaxed`, it is there after the
 * process was killed; `memory`, it is gone with the process.
 */
export const Durability = z.enum(["strict", "relaxed", "memory"]);
export type Durability = z.infer<typeof Durability>;
