import { isPlainObject, type MakerAccess, referenceIn } from "@dad/resources";
import type { Redactor } from "@dad/secrets";

export interface RevealOptions {
  readonly access: MakerAccess;
  /** Is told each secret. */
  readonly hidden: Redactor;
}

/** A copy of a value in which each `{ secret: "env:NAME" }` is what that reveals. */
export async function revealed(value: unknown, options: RevealOptions): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => revealed(item, options)));
  if (!isPlainObject(value)) return value;
  const reference = referenceIn(value);
  if (reference !== undefined) return await reveal(reference, options);
  const members = Object.entries(value).map(async ([key, member]) => [key, await revealed(member, options)] as const);
  return Object.fromEntries(await Promise.all(members));
}

async function reveal(reference: string, { access, hidden }: RevealOptions): Promise<string> {
  const value = await access.secret(reference).reveal();
  hidden.add({ name: reference, value });
  return value;
}
