// Makes secrets and looks for them, in its own way: what takes them out is not asked.
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const ALPHABETS = [
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  "0123456789abcdef",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
  `abcXYZ019"'\\\`{}[]<>&|;`,
  "abc019/+%?#&=:@ ",
  "äöüßéñ漢字🔑abc019",
  "abc019\n",
] as const;

/** The same for the same seed. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** All different, each of one of several alphabets. None is found by chance. */
export function randomSecrets(count: number, seed: number): string[] {
  const below = randomNumbers(seed);
  return Array.from({ length: count }, (_, at) => {
    const letters = Array.from(ALPHABETS[at % ALPHABETS.length] ?? "");
    const text = Array.from({ length: 16 + below(24) }, () => letters[below(letters.length)]).join("");
    return `k${at}x${text.replaceAll(/\n+$/g, "")}z`;
  });
}

/** The ways in which one could be written. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // Neither what shares its bits with what comes before, nor with what comes after.
    const own = encoded.slice(before === 0 ? 0 : before + 1, -4);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...base64];
  return [...new Set(forms)].map((form) => Buffer.from(form).toString("latin1"));
}

const KEY = 8;

/** What finds secrets in bytes. Gives the numbers of those that it found. */
export function secretSearch(secrets: readonly string[]): (content: Uint8Array | string) => number[] {
  const byKey = new Map<string, { readonly form: string; readonly at: number }[]>();
  for (const [at, secret] of secrets.entries())
    for (const form of formsOf(secret)) byKey.set(form.slice(0, KEY), [...(byKey.get(form.slice(0, KEY)) ?? []), { form, at }]);
  return (content) => {
    const text = Buffer.from(content).toString("latin1");
    const found = new Set<number>();
    for (let at = 0; at + KEY <= text.length; at++)
      for (const candidate of byKey.get(text.slice(at, at + KEY)) ?? []) if (text.startsWith(candidate.form, at)) found.add(candidate.at);
    return [...found];
  };
}

/** What a directory and all below it hold, and how all that is called. Small contents in journals are read, too. */
export async function* writtenIn(directory: string): AsyncGenerator<readonly [string, Uint8Array | string]> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    yield [`the name ${path}`, path];
    if (!entry.isFile()) continue;
    const content = await readFile(path);
    yield [path, content];
    if (path.endsWith(".jsonl"))
      for (const [, data = ""] of content.toString().matchAll(/"data":"([A-Za-z0-9+/=]{8,})"/g)) yield [`in ${path}`, Buffer.from(data, "base64")];
  }
}

/** All objects of a git repository, as git has them: commits, trees, files and tags. */
export function objectsOf(repository: string): Uint8Array {
  return execFileSync("git", ["-C", repository, "cat-file", "--batch-all-objects", "--batch"], { maxBuffer: 2 ** 28 });
}
