/** What is in a file, or came out of a command: text, without the line break at its end. `undefined` when there is nothing, or it is none. */
export function secretText(content: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content).replace(/\r?\n$/, "");
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
