import type { Json } from "@dad/protocol";

/** How texts and numbers are redacted. */
export interface Redaction {
  readonly text: (text: string) => string;
  /** Shorter texts have no secret in them. */
  readonly least: number;
  /** Numbers that are secrets, as they are written. */
  readonly numbers: ReadonlySet<string>;
}

/**
 * A JSON value without secrets in its texts and names of members. It is the same object, and so is each part of it, where there are none.
 * Two members that then have the same name are told apart by a number.
 */
export function redactedJson(value: Json, redaction: Redaction): Json {
  return hasSecrets(value, redaction) ? withoutSecrets(value, redaction) : value;
}

/** One search over all texts together: most values have no secrets. What is found over the border of two is looked at again. */
function hasSecrets(value: Json, redaction: Redaction): boolean {
  const texts: string[] = [];
  if (collect(value, redaction, texts)) return true;
  const joined = texts.join("\0");
  return redaction.text(joined) !== joined;
}

/** @returns whether there is a number that is a secret. */
function collect(value: Json, redaction: Redaction, texts: string[]): boolean {
  if (typeof value === "string") {
    if (value.length >= redaction.least) texts.push(value);
    return false;
  }
  if (typeof value === "number") return isSecret(value, redaction);
  if (typeof value !== "object" || value === null) return false;
  if (isArray(value)) return value.some((item) => collect(item, redaction, texts));
  return Object.keys(value).some((name) => {
    if (name.length >= redaction.least) texts.push(name);
    return collect(value[name] ?? null, redaction, texts);
  });
}

function withoutSecrets(value: Json, redaction: Redaction): Json {
  if (typeof value === "string") return redaction.text(value);
  if (typeof value === "number") return isSecret(value, redaction) ? redaction.text(String(value)) : value;
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) {
    const items = value.map((item) => withoutSecrets(item, redaction));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  return membersWithoutSecrets(value, redaction);
}

function membersWithoutSecrets(value: { readonly [name: string]: Json }, redaction: Redaction): Json {
  const names = namesWithoutSecrets(Object.keys(value), redaction);
  const members = Object.entries(value).map(([name, member]) => ({ name, member, redacted: withoutSecrets(member, redaction) }));
  if (members.every(({ name, member, redacted }) => member === redacted && !names.has(name))) return value;
  return Object.fromEntries(members.map(({ name, redacted }) => [names.get(name) ?? name, redacted]));
}

/** The new names of those members that get one. Which number a name gets does not depend on the order of the members. */
function namesWithoutSecrets(names: readonly string[], { text }: Redaction): Map<string, string> {
  const renamed = names.filter((name) => text(name) !== name).sort();
  const taken = new Set(names);
  return new Map(
    renamed.map((name) => {
      const wanted = text(name);
      let free = wanted;
      for (let count = 2; taken.has(free); count += 1) free = `${wanted} (${count})`;
      taken.add(free);
      return [name, free];
    }),
  );
}

function isSecret(value: number, { numbers }: Redaction): boolean {
  return numbers.size > 0 && numbers.has(String(value));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
