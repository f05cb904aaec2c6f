import type { RunReport } from "@dad/protocol";

/** Reads the report that stands in a page: JSON, gzip, base64. */
export async function readReport(document: Document): Promise<RunReport> {
  const holder = document.querySelector('script[type="application/octet-stream"]');
  if (!holder?.textContent) throw new Error("There is no report in this page: it may have been cut off when it was copied or sent.");
  const stream = new Blob([bytesOf(holder.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const report = (await new Response(stream).json()) as RunReport;
  if (report.format !== "dad.report/1")
    throw new Error(`This page shows reports of the format dad.report/1, and has one of ${String(report.format)}.`);
  // The text is of no use any more, and large.
  holder.remove();
  return report;
}

interface Base64 {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Base64).fromBase64?.(text.trim());
  return native ?? Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
}
