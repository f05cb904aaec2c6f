import { useState } from "preact/hooks";
import { dataUrl, isRaster } from "./content-of.ts";

export interface PictureProps {
  readonly mediaType: string;
  readonly base64: string;
  readonly alt: string;
}

/** A picture of pixels only; nothing of any other kind. */
export function PictureOf({ mediaType, base64, alt }: PictureProps) {
  const [isBroken, setBroken] = useState(false);
  if (!isRaster(mediaType)) return null;
  if (isBroken) return <p class="note">This is no picture that the browser can show.</p>;
  return <img class="picture" src={dataUrl(mediaType, base64)} alt={alt} loading="lazy" onError={() => setBroken(true)} />;
}
