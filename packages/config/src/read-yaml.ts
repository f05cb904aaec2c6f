import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { ConfigProblem } from "./errors.ts";
import { type Path, type Position, problemAt, type Read } from "./written-text.ts";

/** Reads YAML, version 1.2. */
export function readYaml(text: string): Read {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return [line, col];
  };
  const [first] = document.errors;
  // What else there is mostly comes of the first one.
  if (first) return { problems: [problemAt(at(first.pos[0]), ofYaml(first.message))] };
  const positionOf = (path: Path): Position | undefined => {
    let [node, offset]: [unknown, number] = [document.contents, 0];
    for (const step of path) {
      const within: unknown = isAlias(node) ? node.resolve(document) : node;
      const pair = isMap(within) ? within.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) : undefined;
      const item: unknown = isSeq(within) ? within.items[Number(step)] : pair?.value;
      const place: unknown = pair?.key ?? item;
      if (!isNode(place)) break;
      [node, offset] = [item, place.range?.[0] ?? offset];
    }
    return at(offset);
  };
  const lost: ConfigProblem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) lost.push(problemAt(at(alias.range?.[0] ?? 0), "there is no anchor (&) of this name before it"));
    },
  });
  if (lost.length > 0) return { problems: lost };
  try {
    return { value: document.toJS(), positionOf };
  } catch {
    return { problems: [{ path: "", message: "it refers to itself so often that nobody can read it" }] };
  }
}

/** What the reader of YAML quotes comes last. */
function ofYaml(message: string): string {
  return message.split(/[:"'`]/)[0]?.trim() ?? "this is no YAML";
}
