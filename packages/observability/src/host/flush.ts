import { within } from "../within.ts";

/** Asks those that can for a flush. Never rejects. */
export async function flushed(providers: readonly unknown[], signal: AbortSignal | undefined): Promise<void> {
  await within(Promise.allSettled(providers.map(async (provider) => (canFlush(provider) ? provider.forceFlush() : undefined))), { signal });
}

/** The API has no such method; the SDK has it. */
function canFlush(provider: unknown): provider is { forceFlush(): Promise<void> } {
  return typeof (provider as { readonly forceFlush?: unknown } | undefined)?.forceFlush === "function";
}
