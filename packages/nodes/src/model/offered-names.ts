import { digestOfBytes, hexOfDigest } from "@dad/protocol";

/** A tool of a source, under the name that it has there. */
export interface NamedTool {
  readonly source: string;
  readonly name: string;
}

/**
 * The names under which a model is offered tools of others. It is the tool's own; where an own tool of the node or the tool of
 * another source has that, it is `<source>_<name>`. What is no letter, digit, `_` or `-` becomes `_`, and what is longer than 64
 * characters, or would still be another's, ends with a part of its digest. The same tools always get the same names.
 */
export function offeredNames(own: readonly string[], tools: readonly NamedTool[]): readonly string[] {
  const plain = tools.map(({ name }) => valid(name, name));
  const count = countsOf([...own, ...plain]);
  const names = tools.map(({ source, name }, index) => {
    const alone = plain[index] ?? "";
    return count.get(alone) === 1 ? alone : valid(`${source}_${name}`, `${source}/${name}`);
  });
  const again = countsOf([...own, ...names]);
  return names.map((name, index) => (again.get(name) === 1 ? name : withDigest(name, `${tools[index]?.source}/${tools[index]?.name}`)));
}

const LONGEST = 64;
const HEX = 8;

function valid(name: string, whole: string): string {
  const plain = name.replaceAll(/[^\w-]/g, "_");
  return plain.length > 0 && plain.length <= LONGEST ? plain : withDigest(plain, whole);
}

function withDigest(name: string, whole: string): string {
  return `${name.slice(0, LONGEST - HEX - 1)}_${hexOfDigest(digestOfBytes(whole)).slice(0, HEX)}`;
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
