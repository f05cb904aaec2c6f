import { PassThrough, type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Where keys come from: a terminal, or what stands for one. */
export type KeySource = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

export interface KeyboardOptions {
  /** What becomes of what is typed. Default: it stays. */
  readonly typed?: ((keys: string) => string) | undefined;
  /** What becomes of what is pasted. Default: it comes to stand in one line. */
  readonly pasted?: ((text: string) => string) | undefined;
  /** There are no more keys. */
  readonly onEnd: () => void;
}

/** The keys of one question. */
export interface Keyboard extends Disposable {
  readonly stream: KeySource;
}

export const CTRL_C = "\u0003";
export const CTRL_D = "\u0004";
export const CTRL_G = "\u0007";

/** Tells a terminal to say what is pasted. One that cannot does not mind. */
export const PASTE = { on: "\u001b[?2004h", off: "\u001b[?2004l" } as const;

// oxlint-disable-next-line no-control-regex -- what such a terminal says around what is pasted
const PASTED = /\u001b\[200~([^]*?)\u001b\[201~/;
/** The beginning of something pasted whose end has not come yet. */
// oxlint-disable-next-line no-control-regex -- as above
const BEGUN = /\u001b\[(?:2(?:0(?:0(?:~[^]*)?)?)?)?$/;

/** The keys that are pressed from now until it is disposed. What is pasted is no typing: a line break in it is no Enter. */
export function keyboardOf(input: KeySource, { typed = (keys) => keys, pasted = inOneLine, onEnd }: KeyboardOptions): Keyboard {
  const decoder = new StringDecoder();
  const stream = Object.assign(new PassThrough(), {
    isTTY: input.isTTY === true,
    // That is up to who asks one question after the other: in between, a terminal would show what is typed, and end the keys at Ctrl-D.
    setRawMode() {},
  });
  let begun = "";
  const onData = (chunk: Buffer | string): void => {
    const text = begun + (typeof chunk === "string" ? chunk : decoder.write(chunk));
    // Of what a pattern with a group is split by, each other piece is that of the group.
    const pieces = text.split(PASTED);
    const last = pieces.pop() ?? "";
    begun = BEGUN.exec(last)?.[0] ?? "";
    pieces.push(last.slice(0, last.length - begun.length));
    const keys = pieces.map((piece, at) => (at % 2 === 0 ? typed(piece) : pasted(printable(piece))));
    if (keys.length > 1 || keys[0] !== "") stream.write(keys.join(""));
  };
  input.on("data", onData).on("end", onEnd).on("close", onEnd);
  // The question before this one paused it.
  input.resume();
  return {
    stream,
    [Symbol.dispose]() {
      input.off("data", onData).off("end", onEnd).off("close", onEnd);
      input.pause();
      stream.destroy();
    },
  };
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** What is pasted presses no keys. */
function printable(text: string): string {
  return text.replaceAll(CONTROL, "").replaceAll(/\r\n?/g, "\n");
}

/** What is pasted often ends with a line break that nobody means. */
export function inOneLine(text: string): string {
  return withoutEnd(text).replaceAll(/[\n\t]+/g, " ");
}

export function withoutEnd(text: string): string {
  return text.replace(/\n+$/, "");
}
