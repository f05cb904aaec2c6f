import { type Attributes, ATTRIBUTES, type ContentCapture } from "@dad/observability";
import { isJsonObject, type Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";

export interface CapturingOptions {
  readonly capture: ContentCapture;
  readonly redactor: Pick<Redactor, "json"> | undefined;
  /** The attributes of the same span that were cut already. Those that are cut now are added. */
  readonly cut: string[];
}

/** What the span of a node tells of its input or its output. */
export function captured(what: "input" | "output", value: Json, { capture, redactor, cut }: CapturingOptions): Attributes {
  const { nodeInput, nodeOutput } = ATTRIBUTES.dad;
  const attributes: Attributes = {};
  for (const pointer of capture[what]) {
    const member = memberAt(value, pointer);
    if (member === undefined) continue;
    // Before it is cut: of a part of a secret, nobody sees that it is one.
    const clean = redactor ? redactor.json(member) : member;
    const text = typeof clean === "string" ? clean : JSON.stringify(clean);
    const name = `${what === "input" ? nodeInput : nodeOutput}${pointer.replaceAll("/", ".")}`;
    attributes[name] = text.slice(0, capture.maxLength);
    if (text.length > capture.maxLength) cut.push(name);
  }
  return cut.length === 0 ? attributes : { ...attributes, [ATTRIBUTES.dad.cut]: [...cut] };
}

/** What a JSON Pointer points to: RFC 6901. `undefined` where there is nothing. */
function memberAt(value: Json, pointer: string): Json | undefined {
  let at: Json | undefined = value;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(name) ? (at[Number(name)] as Json | undefined) : undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}
