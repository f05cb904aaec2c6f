import { isJsonObject, type Json } from "@dad/protocol";

/** What a model node kept of what it asked first: the artifact `state`. */
export interface AskedModel {
  /** System, context and prompt, as people read them. */
  readonly text: string;
  /** Whom it asked, and what else it asked for. */
  readonly settings: Json;
}

/** Reads what a model node keeps; `undefined` of what other nodes keep under the same name. */
export function askedModel(state: Json | undefined): AskedModel | undefined {
  if (!isJsonObject(state) || !isJsonObject(state["request"]) || !Array.isArray(state["request"]["messages"])) return undefined;
  const { system, messages, ...others } = state["request"];
  const sections = [...(typeof system === "string" ? [section("system", system)] : []), ...(messages as readonly Json[]).map(messageText)];
  return { text: sections.join("\n"), settings: { model: state["model"] ?? null, ...others } };
}

function messageText(message: Json): string {
  if (!isJsonObject(message)) return section("message", partText(message));
  const { role, content = null } = message;
  const parts = Array.isArray(content) ? (content as readonly Json[]) : [content];
  return section(typeof role === "string" ? role : "message", parts.map(partText).join("\n"));
}

function section(title: string, text: string): string {
  return `[${title}]\n${text.endsWith("\n") ? text : `${text}\n`}`;
}

/** A text as it is. All else is named for what it is, with what is in it. */
function partText(part: Json): string {
  if (typeof part === "string") return part;
  if (isJsonObject(part) && part["type"] === "text" && typeof part["text"] === "string") return part["text"];
  return JSON.stringify(part);
}
