import type { Usage } from "@dad/protocol";

/** `1,234 in, 567 out` */
export function tokensText({ inputTokens, outputTokens, cachedInputTokens }: Usage): string {
  const cached = cachedInputTokens === undefined ? "" : ` (${cachedInputTokens.toLocaleString("en-US")} from the cache)`;
  return `${inputTokens.toLocaleString("en-US")} in${cached}, ${outputTokens.toLocaleString("en-US")} out`;
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
