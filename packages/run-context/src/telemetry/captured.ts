import { type Attributes, ATTRIBUTES, type ContentCapture } from "@dad/observability";
import { isJsonObject, type Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";

/** What of the input or the output of a node may be told in its span, by the names of attributes. */
export function capturedAttributes(
  what: "input" | "output",
  value: Json,
  { capture, redactor }: { readonly capture: ContentCapture | undefined; readonly redactor: Pick<Redactor, "json"> | undefined },
): Attributes | undefined {
  const pointers = capture?.[what] ?? [];
  if (capture === undefined || pointers.length === 0) return undefined;
  const { nodeInput, nodeOutput, cut } = ATTRIBUTES.dad;
  const attributes: Attributes = {};
  const shortened: string[] = [];
  for (const pointer of pointers) {
    const member = memberAt(value, pointer);
    if (member === undefined) continue;
    // Before it is cut: of a part of a secret, nobody sees that it is one.
    const clean = redactor ? redactor.json(member) : member;
    const text = typeof clean === "string" ? clean : JSON.stringify(clean);
    const name = `${what === "input" ? nodeInput : nodeOutput}${pointer.replaceAll("/", ".")}`;
    attributes[name] = text.slice(0, capture.maxLength);
    if (text.length > capture.maxLength) shortened.push(name);
  }
  if (shortened.length > 0) attributes[`${cut}.${what}`] = shortened;
  return attributes;
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
