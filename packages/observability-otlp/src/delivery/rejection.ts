import type { Rejection } from "./answer.ts";

const NOTHING: Rejection = { rejected: 0, reason: "" };

/** `ExportTracePartialSuccess` and those of the other signals: a number that begins with `rejected`, and a message. */
export function rejectionOf(partial: unknown): Rejection {
  if (typeof partial !== "object" || partial === null) return NOTHING;
  const members: readonly (readonly [string, unknown])[] = Object.entries(partial);
  const rejected = Number(members.find(([name]) => name.startsWith("rejected"))?.[1] ?? 0);
  const text = members.find(([name]) => name === "errorMessage")?.[1];
  const said = typeof text === "string" && text !== "" ? `: ${text}` : "";
  return rejected > 0 ? { rejected, reason: `it does not keep ${rejected} of them${said}` } : NOTHING;
}
