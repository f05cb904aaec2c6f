import { isSecretName, looksLikeSecret } from "@dad/secrets";
import type { Problem } from "./problems.ts";
import { hasSecretArgument } from "./secret-arguments.ts";

/** Sources that are always there. */
export const SECRET_SCHEMES: readonly string[] = ["env", "file", "cmd"];

type Path = readonly PropertyKey[];

/**
 * Finds secrets that stand in profiles themselves: in fields that are for references, under names that secrets have, in addresses, in
 * arguments of commands, and texts that look like a key wherever they are. No message has any of it.
 *
 * @param schemes - Of references, such as `env`.
 */
export function literalSecrets(profiles: unknown, schemes: readonly string[]): Problem[] {
  return textsIn(profiles)
    .flatMap((found) => (found.isName ? [] : fieldProblems(found, schemes)))
    .concat(keysIn(profiles));
}

/** The same in what is no profile, but has headers and addresses as those have. */
export function literalSecretsOf(value: unknown, schemes: readonly string[]): Problem[] {
  const profile = "";
  return literalSecrets({ [profile]: { [profile]: value } }, schemes).map(({ path, message }) => ({ path: path.slice(2), message }));
}

/** Finds texts, and names of members, that look like keys of well-known services. */
export function keysIn(value: unknown): Problem[] {
  return textsIn(value)
    .filter(({ text }) => looksLikeKey(text))
    .map(({ path }) => ({ path, message: "a secret stands here itself: write where it is found instead, such as env:NAME" }));
}

interface FoundText {
  readonly text: string;
  readonly path: Path;
  /** Of a member. */
  readonly isName: boolean;
  /** Of a member of a list, the one before. */
  readonly before?: unknown;
}

function textsIn(value: unknown, path: Path = [], around: readonly unknown[] = []): FoundText[] {
  if (typeof value === "string") return [{ text: value, path, isName: false }];
  if (value instanceof URL) return [{ text: value.href, path, isName: false }];
  // What a program makes may hold itself.
  if (!isPlain(value) || around.includes(value)) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value).map((name) => ({ text: name, path: [...path, name], isName: true }));
  const members = Object.entries(value).flatMap(([name, member]) => textsIn(member, [...path, name], [...around, value]));
  return [
    ...names,
    ...(Array.isArray(value) ? members.map((found) => ({ before: value[Number(found.path[path.length]) - 1] as unknown, ...found })) : members),
  ];
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function fieldProblems({ text, path, before }: FoundText, schemes: readonly string[]): Problem[] {
  if (looksLikeKey(text)) return [];
  if (isReferenceField(path)) return isReference(text, schemes) ? [] : [{ path, message: referenceMessage(schemes) }];
  if (isSecretField(path)) return [{ path, message: 'what has such a name is a secret, and never stands here itself: write { secret: "env:NAME" }' }];
  if (isArgument(path) && hasSecretArgument(text, before)) return [{ path, message: ARGUMENT }];
  return hasPassword(text) ? [{ path, message: "the address has a secret in it: take that out, and give it to the provider otherwise" }] : [];
}

const ARGUMENT =
  'an argument has a secret in it, which everybody on the machine can see: give it to the program in its environment, as env: { NAME: { secret: "env:NAME" } }';

function referenceMessage(schemes: readonly string[]): string {
  return `must say where the secret is, such as env:NAME, and is never the secret itself; a reference begins with ${schemes.map((scheme) => `${scheme}:`).join(" or ")}`;
}

/** Also one in the middle of something, such as a command. */
function looksLikeKey(text: string): boolean {
  return looksLikeSecret(text) || text.split(/[\s"'`=:,;&?/@]+/).some(looksLikeSecret);
}

/** Also the names of headers that have one. */
function hasSecretName(name: string): boolean {
  return isSecretName(name) || /^(?:proxy-)?auth(?:orization)?$|^(?:set-)?cookie$|^key$/i.test(name);
}

function isReference(text: string, schemes: readonly string[]): boolean {
  return schemes.some((scheme) => text.startsWith(`${scheme}:`) && text.length > scheme.length + 1);
}

/** `<profile>.providers.<name>.apiKey`, `<profile>.secrets.<alias>`, and `{ secret }` wherever one may stand. */
function isReferenceField(path: Path): boolean {
  const [, member, , field] = path;
  if (member === "secrets") return path.length === 3;
  if (member === "providers" && path.length === 4) return field === "apiKey";
  return path.at(-1) === "secret" && isOpenField(path);
}

/** A text under a name that secrets have, where nobody but its reader knows what it is. */
function isSecretField(path: Path): boolean {
  return isOpenField(path) && hasSecretName(String(path.at(-1)));
}

/** `<profile>.tools.<alias>.command.<n>` */
function isArgument([, member, , field]: Path): boolean {
  return member === "tools" && field === "command";
}

const OPEN = new Set<PropertyKey>(["headers", "options", "env", "providerOptions"]);

function isOpenField(path: Path): boolean {
  return path.slice(2, -1).some((step) => OPEN.has(step));
}

/** What is shorter is the name of somebody. */
const LEAST_OF_USER = 12;

function hasPassword(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password, searchParams, hash } = new URL(text);
  // Servers of git and of packages take a token for the user.
  if (password !== "" || (/^https?:$/.test(protocol) && username.length >= LEAST_OF_USER)) return true;
  return [...searchParams, ...new URLSearchParams(hash.slice(1))].some(([name, value]) => value !== "" && hasSecretName(name));
}
