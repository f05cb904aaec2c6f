import type { ReportContent } from "@dad/protocol";

/** The beginning of a content, or all of it. */
export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

/** Pictures that a browser shows and executes nothing of: no SVG. */
const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

export function isPicture(mediaType: string): boolean {
  return PICTURE.test(mediaType);
}

/** Content as a text, if it is one, or in base64. */
export function readable(mediaType: string, { bytes, isWhole }: ReadBytes): Pick<ReportContent, "text" | "data"> {
  const text = isPicture(mediaType) ? undefined : textOf(bytes, { isWhole });
  return text === undefined ? { data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") } : { text };
}

/** Half a character at the end of a beginning is left out. `undefined`: it is no text. */
function textOf(bytes: Uint8Array, { isWhole }: Pick<ReadBytes, "isWhole">): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole });
    return text.includes("\u0000") ? undefined : text;
  } catch {
    return undefined;
  }
}
