/** The bytes of a base64 text, at most so many of them; `undefined` of what is none. */
export function bytesOf(base64: string, most: number): Uint8Array | undefined {
  try {
    // Each 4 characters are 3 bytes.
    return Uint8Array.from(atob(base64.slice(0, Math.ceil(most / 3) * 4)), (character) => character.charCodeAt(0)).subarray(0, most);
  } catch {
    return undefined;
  }
}

const WIDTH = 16;

/** `00000010  89 50 4e 47 …  .PNG…`, a line for each 16 bytes. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const row = [...bytes.subarray(at, at + WIDTH)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const [left, right] = [hex.slice(0, WIDTH / 2).join(" "), hex.slice(WIDTH / 2).join(" ")];
    const seen = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${seen}`);
  }
  return lines.join("\n");
}
