import { isAllRecorded, type RecordedUsage, type Usage } from "@dad/protocol";

/** `1,234 in, 567 out` */
export function tokensText({ inputTokens, outputTokens, cachedInputTokens }: Usage): string {
  const cached = cachedInputTokens === undefined ? "" : ` (${cachedInputTokens.toLocaleString("en-US")} from the cache)`;
  return `${inputTokens.toLocaleString("en-US")} in${cached}, ${outputTokens.toLocaleString("en-US")} out`;
}

/** `2 replies, 41,203 in, 998 out (nothing paid)` */
export function recordedText(recorded: RecordedUsage): string {
  return `${repliesText(recorded)}, ${tokensText({ ...recorded, costUsd: 0 })} (nothing paid)`;
}

/** `2 replies` */
export function repliesText({ calls }: RecordedUsage): string {
  return `${calls.toLocaleString("en-US")} ${calls === 1 ? "reply" : "replies"}`;
}

/** All of it in one line. What recordings say is told apart from what was used: `1,234 in, 567 out, $0.01; recorded: 1 reply, …`. */
export function usageText(usage: Usage): string {
  const used = `${tokensText(usage)}, ${costText(usage.costUsd)}`;
  if (!usage.recorded) return used;
  const recorded = `recorded: ${recordedText(usage.recorded)}`;
  return isAllRecorded(usage) ? recorded : `${used}; ${recorded}`;
}

/** What is not known is never shown as free. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return "unknown";
  return `$${costUsd.toFixed(costUsd !== 0 && costUsd < 1 ? 4 : 2)}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
