import type { Secret } from "@dad/secrets";

export type Values = Readonly<Record<string, string | Secret>>;

/** The values of secrets, in the place of them. */
export async function revealed(values: Values, signal: AbortSignal | undefined): Promise<Record<string, string>> {
  const entries = Object.entries(values).map(async ([name, value]) => {
    return [name, typeof value === "string" ? value : await value.reveal(signal ? { signal } : {})] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Of secrets, their references. */
export function named(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toString()]));
}
