import type { EventOf } from "@dad/protocol";
import { durationText } from "./duration.ts";
import { oneLine } from "./stream-tail.ts";

/** What is done about a call of a model that failed: `asks acme/large again in 1.5s`, `asks acme/small instead of acme/large`. */
export function troubleText(event: EventOf<"model.retried" | "model.replaced">): string {
  const model = oneLine(event.model);
  return event.type === "model.retried" ? `asks ${model} again in ${durationText(event.delayMs)}` : `asks ${oneLine(event.by)} instead of ${model}`;
}
