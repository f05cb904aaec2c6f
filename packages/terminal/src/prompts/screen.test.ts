import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { screenOn, wrapped } from "./screen.ts";

describe("wrapped", () => {
  it("breaks between words, and within one that is longer than a row", () => {
    expect(wrapped("one two  three\n\nfourfivesix", 8)).toEqual(["one two", "three", "", "fourfive", "six"]);
  });

  it("counts columns, not characters", () => {
    expect(wrapped("你好世界 😀😀 x", 6)).toEqual(["你好世", "界", "😀😀 x"]);
    expect(wrapped("👩‍👩‍👧‍👦".repeat(3), 4)).toEqual(["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]);
  });
});

describe("screenOn", () => {
  it("takes back what was written below a row, however the cursor moved", () => {
    let text = "";
    const output = Object.assign(new EventEmitter(), { columns: 10, write: (piece: string) => (text += piece) !== "" });
    using screen = screenOn(output as unknown as NodeJS.WriteStream);
    screen.write("one\ntwo\n");
    const row = screen.row();
    screen.stream.write("three\nfour\nfive\u001b[2A\u001b[B\n");
    text = "";
    screen.eraseTo(row);
    expect(text).toBe("\r\u001b[2A\u001b[J");
    screen.eraseTo(0);
    expect(text).toBe("\r\u001b[2A\u001b[J\r\u001b[2A\u001b[J");
  });

  it("tells of a terminal that is resized, until it is disposed", () => {
    const output = Object.assign(new EventEmitter(), { columns: 10, write: () => true });
    const screen = screenOn(output as unknown as NodeJS.WriteStream);
    let told = 0;
    screen.stream.on("resize", () => told++);
    output.emit("resize");
    screen[Symbol.dispose]();
    output.emit("resize");
    expect(told).toBe(1);
  });
});
