interface Kind {
  readonly mediaType: string;
  readonly ending: string;
  /** What such files begin with, in Latin-1; a `.` stands for any byte. */
  readonly begin: string;
}

const KINDS: readonly Kind[] = [
  { mediaType: "image/png", ending: ".png", begin: "\x89PNG\r\n\x1a\n" },
  { mediaType: "image/jpeg", ending: ".jpg", begin: "\xff\xd8\xff" },
  { mediaType: "image/gif", ending: ".gif", begin: "GIF8" },
  { mediaType: "image/webp", ending: ".webp", begin: "RIFF....WEBP" },
  { mediaType: "application/pdf", ending: ".pdf", begin: "%PDF-" },
  { mediaType: "audio/wav", ending: ".wav", begin: "RIFF....WAVE" },
  { mediaType: "audio/mpeg", ending: ".mp3", begin: "ID3" },
  { mediaType: "audio/ogg", ending: ".ogg", begin: "OggS" },
  { mediaType: "video/mp4", ending: ".mp4", begin: "....ftyp" },
];

/** The media type of files that models take and make, by what is in them. `undefined` for any other. */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  return KINDS.find(({ begin }) => Array.from(begin).every((character, at) => character === "." || character.charCodeAt(0) === bytes[at]))?.mediaType;
}

/** `.png`, or nothing for a type that is not one of those above. */
export function endingOf(mediaType: string): string {
  return KINDS.find((kind) => kind.mediaType === mediaType)?.ending ?? "";
}
