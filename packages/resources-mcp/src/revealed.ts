import { type Redactor, redactor, type Secret } from "@dad/secrets";

export type Values = Readonly<Record<string, string | Secret>>;

/** The values of secrets, in the place of them. */
export async function revealed(values: Values, signal: AbortSignal | undefined): Promise<Record<string, string>> {
  const entries = Object.entries(values).map(async ([name, value]) => {
    return [name, typeof value === "string" ? value : await value.reveal(signal ? { signal } : {})] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What takes those of them out that are secrets. */
export function redactorOf(values: Values, known: Readonly<Record<string, string>>): Redactor {
  const secrets = Object.entries(values).filter(([, value]) => typeof value !== "string");
  return redactor(secrets.map(([name, secret]) => ({ name: (secret as Secret).reference, value: known[name] ?? "" })));
}

/** Of secrets, their references. */
export function named(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toString()]));
}
