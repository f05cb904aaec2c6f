import type { MakerAccess } from "@dad/resources";
import type { Redactor } from "@dad/secrets";

export interface RevealOptions {
  readonly access: MakerAccess;
  /** Is told each secret. */
  readonly hidden: Redactor;
}

/** A copy of a value in which each `{ secret: "env:NAME" }` is what that reveals. */
export async function revealed(value: unknown, options: RevealOptions): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => revealed(item, options)));
  if (!isPlain(value)) return value;
  const reference = referenceOf(value);
  if (reference !== undefined) return await reveal(reference, options);
  const members = Object.entries(value).map(async ([key, member]) => [key, await revealed(member, options)] as const);
  return Object.fromEntries(await Promise.all(members));
}

async function reveal(reference: string, { access, hidden }: RevealOptions): Promise<string> {
  const value = await access.secret(reference).reveal();
  hidden.add({ name: reference, value });
  return value;
}

function referenceOf(value: Readonly<Record<string, unknown>>): string | undefined {
  const { secret, ...others } = value;
  return typeof secret === "string" && Object.keys(others).length === 0 ? secret : undefined;
}

/** What may be given in a program as well, such as a function or an instance, stays what it is. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
