const MARK = "-------- write below this line; nothing there: not now --------";

/** What an editor opens: what is asked, a line that ends it, and what can be changed. */
export function textToEdit(asked: string, initial: string): string {
  return `${asked}\n${MARK}\n${initial}${initial.endsWith("\n") || initial === "" ? "" : "\n"}`;
}

/** What stands below the line, without the line break that editors put at the end. All of it when somebody took the line away. */
export function editedAnswer(text: string): string {
  const plain = text.replaceAll("\r\n", "\n");
  const at = plain.indexOf(`${MARK}\n`);
  const answer = at === -1 ? plain.replace(MARK, "") : plain.slice(at + MARK.length + 1);
  return answer.trim() === "" ? "" : answer.replace(/\n$/, "");
}
