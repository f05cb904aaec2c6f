import { Terminal } from "@xterm/headless";

/** A terminal that tests can look at. */
export interface TestScreen {
  readonly stream: NodeJS.WriteStream;
  /** All that is on it, also what has been scrolled out of sight. */
  text(): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** What was written, each write by itself. */
  readonly writes: string[];
}

export function testScreen({ columns = 80, rows = 24 } = {}): TestScreen {
  // What a terminal's driver does with what programs write.
  const terminal = new Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true, scrollback: 10_000 });
  const writes: string[] = [];
  const written = () => new Promise<void>((done) => terminal.write("", done));
  return {
    writes,
    stream: {
      isTTY: true,
      get columns() {
        return terminal.cols;
      },
      get rows() {
        return terminal.rows;
      },
      write(text: string) {
        writes.push(text);
        terminal.write(text);
        return true;
      },
    } as unknown as NodeJS.WriteStream,
    async text() {
      await written();
      const { active } = terminal.buffer;
      const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? "");
      return `${lines.join("\n").trimEnd()}\n`;
    },
    async resize(columns, rows) {
      await written();
      terminal.resize(columns, rows);
    },
  };
}
