/** The bytes of a base64 text, at most so many of them; `undefined` of what is none. */
export function bytesOf(base64: string, most: number): Uint8Array | undefined {
  try {
    // Each 4 characters are 3 bytes.
    return Uint8Array.from(atob(base64.slice(0, Math.ceil(most / 3) * 4)), (character) => character.charCodeAt(0)).subarray(0, most);
  } catch {
    return undefined;
  }
}

/** As many as fit beside a timeline, with what they are as letters. */
const WIDTH = 8;

/** `00000010  89 50 4e 47 …  .PNG…`, a line for each 8 bytes. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const row = [...bytes.subarray(at, at + WIDTH)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const seen = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.join(" ").padEnd(WIDTH * 3 - 1)}  ${seen}`);
  }
  return lines.join("\n");
}
