import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const LINE_BYTES = 52;

/** What follows the header of a file in a difference of git when its content is no text: both contents, whole. */
export function binaryPatch(before: Uint8Array | undefined, after: Uint8Array | undefined): string {
  const index = `index ${blobId(before)}..${blobId(after)}\n`;
  return `${index}GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function literal(content: Uint8Array = new Uint8Array()): string {
  const packed = deflateSync(content);
  const lines: string[] = [];
  for (let at = 0; at < packed.length; at += LINE_BYTES) lines.push(lineOf(packed.subarray(at, at + LINE_BYTES)));
  return `literal ${content.byteLength}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** Its length, A to Z and a to z, and four bytes in each five digits. */
function lineOf(bytes: Uint8Array): string {
  const length = String.fromCodePoint(bytes.length <= 26 ? 64 + bytes.length : 70 + bytes.length);
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  let digits = "";
  for (let at = 0; at < padded.length; at += 4) digits += digitsOf(padded.readUInt32BE(at));
  return length + digits;
}

function digitsOf(word: number): string {
  let digits = "";
  for (let rest = word, count = 0; count < 5; count += 1, rest = Math.floor(rest / 85)) digits = (DIGITS[rest % 85] ?? "") + digits;
  return digits;
}

/** By which git knows content; of no file, nothing but zeros. */
function blobId(content: Uint8Array | undefined): string {
  if (content === undefined) return "0".repeat(40);
  return createHash("sha1").update(`blob ${content.byteLength}\0`).update(content).digest("hex");
}
