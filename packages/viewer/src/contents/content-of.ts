import type { Json, ReportContent, ReportRun } from "@dad/protocol";
import { parseJson } from "../json/parse-json.ts";
import { memoized } from "../memoized.ts";

/** What the report brings along of some content. */
export function contentOf({ contents }: Pick<ReportRun, "contents">, digest: string | undefined): ReportContent | undefined {
  return digest !== undefined && Object.hasOwn(contents, digest) ? (contents as Readonly<Record<string, ReportContent>>)[digest] : undefined;
}

/** The value of content that is JSON and whole. */
export function jsonOf(content: ReportContent | undefined): { readonly value: Json } | undefined {
  return content && parsed(content);
}

// It may be large, and is asked for whenever something is drawn.
const parsed = memoized(({ text, state }: ReportContent) => (text === undefined || state !== "whole" ? undefined : parseJson(text)));

/** How content is shown. What is not known to be harmless as a picture or a text is shown as bytes. */
export type ContentKind = "json" | "text" | "diff" | "image" | "bytes" | "nothing";

/** The formats that only have pixels: in others, such as SVG, there may be scripts and addresses. */
const RASTER: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export function isRaster(mediaType: string): boolean {
  return RASTER.has(essence(mediaType));
}

export function contentKind(content: ReportContent): ContentKind {
  const { mediaType, text, data, state } = content;
  if (text === undefined && data === undefined) return "nothing";
  const type = essence(mediaType);
  if (text === undefined) return isRaster(type) && state === "whole" ? "image" : "bytes";
  if (/[/+]json$/.test(type) && jsonOf(content)) return "json";
  return /^text\/x-(diff|patch)$/.test(type) || text.startsWith("diff --git ") ? "diff" : "text";
}

function essence(mediaType: string): string {
  return (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

const STATES: Readonly<Record<ReportContent["state"], string | undefined>> = {
  whole: undefined,
  cut: "This is the beginning: the report has no room for more of it.",
  missing: "This content is nowhere to be found any more.",
  damaged: "What is kept of this content is not what its digest says.",
  left: "The report has no room for this content.",
};

/** What a reader has to know of content that is not all there; nothing where it is. */
export function stateText(content: ReportContent | undefined): string | undefined {
  return content ? STATES[content.state] : "The report does not have this content.";
}

/** Addresses of a picture in the page itself. */
export function dataUrl(mediaType: string, base64: string): string {
  return `data:${essence(mediaType)};base64,${base64.replaceAll(/[^A-Za-z0-9+/=]/g, "")}`;
}
