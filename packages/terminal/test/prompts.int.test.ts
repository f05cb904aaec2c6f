import { describe, expect, it } from "vitest";
import { asking } from "./pseudo-terminal.ts";

const DOWN = "\u001b[B";
const ESC = "\u001b";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_G = "\u0007";

const base = { id: "agent.ask:plan", path: "agent.ask", key: "plan", question: `sha256:${"0".repeat(64)}` };
function request(prompt: string, asked: object): object {
  return { ...base, prompt, schema: { type: "string" }, ...asked };
}

function pasted(text: string): string {
  return `\u001b[200~${text}\u001b[201~`;
}

describe("prompts in a terminal", () => {
  it("are menus, yes or no, choices of several, texts that are checked, secrets, editors", async () => {
    await using terminal = await asking(
      [
        request("Which colour?", {
          choices: [
            { value: "red", label: "Red", hint: "warm" },
            { value: "blue", label: "Blue", hint: "cold" },
          ],
        }),
        request("Are you sure?", { schema: { type: "boolean" } }),
        request("Which tests?", { schema: { type: "array", items: { enum: ["unit", "e2e", "load"] }, minItems: 1 } }),
        request("How many?", { schema: { type: "integer", minimum: 3 } }),
        request("The password?", { as: "secret", schema: { type: "string", minLength: 3 } }),
        request("The text?", { as: "editor" }),
      ],
      { rows: 80, env: { EDITS: "from the editor" } },
    );
    await terminal.sees(/● Red \(warm\)[^]*to navigate/);
    terminal.types(DOWN);
    await terminal.sees("● Blue (cold)");
    terminal.types("\r");
    await terminal.sees(/Are you sure\?[^]*● No/);
    terminal.types("y");
    await terminal.sees(/Which tests\?[^]*◻ load/);
    terminal.types("\r");
    await terminal.sees("Please select at least one");
    terminal.types(` ${DOWN}${DOWN} `);
    await terminal.sees(/◼ unit[^]*◻ e2e[^]*◼ load/);
    terminal.types("\r");
    await terminal.sees("How many?");
    terminal.types("2\r");
    await terminal.sees("Too small");
    terminal.types("4\r");
    await terminal.sees("The password?");
    terminal.types(`${pasted("a\tb\nc😀\n")}\r`);
    await terminal.sees("● write in the editor");
    terminal.types("\r");
    await terminal.sees("END");
    const answers = terminal
      .screen()
      .split("\n")
      .filter((line) => line.startsWith("ANSWER"));
    expect(answers).toEqual([
      'ANSWER "blue"',
      "ANSWER true",
      'ANSWER ["unit","load"]',
      "ANSWER 24",
      String.raw`ANSWER "a\tb\nc😀"`,
      'ANSWER "from the editor"',
    ]);
    expect(terminal.screen().match(/😀/g)).toHaveLength(1);
  });

  it("are forms, lists, and texts of several lines, which can be pasted", async () => {
    const person = {
      type: "object",
      properties: { name: { type: "string" }, nick: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
    };
    await using terminal = await asking(
      [request("Who?", { schema: { ...person, required: ["name", "tags"] } }), request("Story?", {}), request("Name?", {})],
      {
        rows: 80,
      },
    );
    await terminal.sees(/Who\?[^]*◆ {2}name/);
    terminal.types("Zoë 你好\r");
    await terminal.sees(/◆ {2}nick[^]*Enter leaves it out/);
    terminal.types("\r");
    await terminal.sees("◆  tags 1");
    terminal.types("one\r");
    await terminal.sees(/◆ {2}tags 2[^]*Enter: no more/);
    terminal.types("\r");
    await terminal.sees(/"tags": \[[^]*◆ {2}Send this answer\?/);
    terminal.types("\r");
    await terminal.sees("◆  Story?");
    terminal.types("Once");
    await terminal.sees("Once█");
    terminal.types(pasted(" upon\r\n\ta time 😀\r\n\r\n"));
    await terminal.sees(/Ctrl-D: send[^]*Once upon[^]*a time 😀/);
    terminal.types("end");
    await terminal.sees("end");
    terminal.types(CTRL_D);
    await terminal.sees("◆  Name?");
    terminal.types(`x${CTRL_G}`);
    await terminal.sees(/Ctrl-D: send[^]*x$/);
    terminal.types(`y\rz${CTRL_D}`);
    await terminal.sees("END");
    expect(terminal.screen()).toContain('ANSWER {"name":"Zoë 你好","tags":["one"]}\n');
    expect(terminal.screen()).toContain(String.raw`ANSWER "Once upon\n\ta time 😀\n\nend"`);
    expect(terminal.screen()).toContain(String.raw`ANSWER "xy\nz"`);
  });

  it("are left by an editor in which nothing is written, Esc and Ctrl-D, each for itself, and Ctrl-C ends them all", async () => {
    const editor = request("Zeroth?", { as: "editor" });
    await using terminal = await asking([editor, request("First?", {}), request("Second?", {}), request("Third?", {}), request("Fourth?", {})], {
      env: { EDITS: "" },
    });
    await terminal.sees("Esc: not now · Ctrl-C: cancel the run");
    await terminal.sees("● write in the editor");
    terminal.types("\r");
    await terminal.sees("◆  First?");
    terminal.types(`a${ESC}`);
    await terminal.sees("◆  Second?");
    terminal.types(CTRL_D);
    await terminal.sees("◆  Third?");
    terminal.types(CTRL_C);
    await terminal.sees("END interrupted");
    expect(terminal.screen()).not.toContain("Fourth?");
    expect(terminal.screen().match(/ANSWER none/g)).toHaveLength(5);
  });

  it("vanish when no answer is needed any more, also from a narrow terminal with wide text", async () => {
    const choices = Array.from({ length: 3 }, (_, at) => ({ value: `${at}`, label: `选择 ${at} 😀😀😀 with a label that is long` }));
    await using terminal = await asking([request("你好世界 😀😀😀 what would you like to have?", { choices })], { columns: 20 });
    await terminal.sees(/● 选择\s*│\s*0/);
    terminal.types(DOWN);
    await terminal.sees(/● 选择\s*│\s*1/);
    terminal.kill("SIGUSR2");
    await terminal.sees("END");
    expect(terminal.screen().split("\n")).toEqual([
      "│  agent.ask:plan",
      "│  needs no answer",
      "│  any more",
      "ANSWER none",
      "END answered elsewhe",
      "re",
    ]);
  });

  it("are lines where the cursor cannot be moved, and what is secret is not shown there either", async () => {
    await using terminal = await asking(
      [request("Which?", { schema: { enum: ["red", "blue"] } }), request("The password?", { as: "secret" }), request("Later?", {})],
      {
        env: { TERM: "dumb" },
      },
    );
    await terminal.sees(/2\) blue\n1-2 \[1\]>/);
    terminal.types("2\r");
    await terminal.sees("not shown>");
    terminal.types("secrex\u007ft\r");
    await terminal.sees(/Later\?[^]*>$/);
    terminal.types(":later\r");
    await terminal.sees("END");
    expect(terminal.screen()).toContain('ANSWER "blue"\nANSWER "secret"\nANSWER none');
    expect(terminal.screen().match(/secre/g)).toHaveLength(1);
  });
});
