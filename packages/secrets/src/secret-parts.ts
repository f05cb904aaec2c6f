import { isJsonObject } from "@dad/protocol";
import { linesOf } from "./joined-lines.ts";
import { isSecretName } from "./secret-names.ts";

/** A line of a secret that is a secret by itself: one of a private key. */
const LEAST_LINE = 16;
/** What a header has: the credentials alone are what a server says of them, or what a program is given. */
const CREDENTIALS = /^(?:Bearer|Basic|Token|Digest|ApiKey|Key)\s+(\S+)$/i;

/** Lines of a secret that are secrets by themselves. */
export function secretLines(text: string): string[] {
  const lines = linesOf(text);
  return lines.length > 1 ? lines.filter((line) => line.length >= LEAST_LINE && !/\s/.test(line) && line !== text) : [];
}

/**
 * What in a secret is one by itself, and is written without the rest: the credentials of a header, the password of an address, and what
 * JSON has under names of secrets, as the files and replies of the clouds are. It may be short.
 */
export function secretParts(text: string): string[] {
  return [...credentialsIn(text), ...passwordsIn(text), ...membersIn(text)].filter((part) => part !== text && !/^[a-z]+$/i.test(part));
}

function credentialsIn(text: string): string[] {
  return [CREDENTIALS.exec(text)?.[1] ?? []].flat();
}

function passwordsIn(text: string): string[] {
  if (!/^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(text) || !URL.canParse(text)) return [];
  const { password } = new URL(text);
  try {
    return password === "" ? [] : [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function membersIn(text: string): string[] {
  if (!text.startsWith("{")) return [];
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value)
      ? Object.entries(value).flatMap(([name, member]) => (isSecretName(name) && typeof member === "string" ? [member] : []))
      : [];
  } catch {
    return [];
  }
}
