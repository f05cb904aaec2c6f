import { visible } from "@dad/terminal";

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A template in which everything but HTML is escaped, and what would hide text or turn it around is visible. */
export function markup(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: pieces.map((piece, at) => `${piece}${at < parts.length ? textOf(parts[at] ?? "") : ""}`).join("") };
}

function textOf(part: Part): string {
  if (Array.isArray(part)) return (part as readonly Html[]).map((one) => one.html).join("");
  if (typeof part === "object") return (part as Html).html;
  return visible(String(part)).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
