const PATTERN = /^(\*|[^.*]+(\.[^.*]+)*(\.\*)?)$/;

/** @throws TypeError when it is neither a type, nor a beginning followed by `.*`, nor `*`. */
export function assertTypePattern(pattern: string): void {
  if (!PATTERN.test(pattern)) {
    throw new TypeError(`"${pattern}" is not a pattern for event types: it is a type ("node.completed"), a beginning with ".*" ("node.*") or "*".`);
  }
}

/** Every pattern that matches a type, once: `node.completed` is matched by itself, by `node.*` and by `*`. */
export function patternsOf(type: string): ReadonlySet<string> {
  const patterns = new Set([type, "*"]);
  for (let dot = type.indexOf("."); dot !== -1; dot = type.indexOf(".", dot + 1)) patterns.add(`${type.slice(0, dot)}.*`);
  return patterns;
}
