import { z } from "zod";
import { Json } from "./json.ts";

/** `static_inputs.json`: input by node path, or by node id where that is unique. */
export const StaticInputs = z.record(z.string(), Json);
export type StaticInputs = z.infer<typeof StaticInputs>;
