import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { placeText, programName, shellWord } from "./place.ts";

const cwd = resolve("/home/me/project");

describe("placeText", () => {
  it("is relative for what is inside and absolute for what is not", () => {
    expect(placeText(join(cwd, "runs", "run_1"), cwd)).toBe(join("runs", "run_1"));
    expect(placeText(cwd, cwd)).toBe(".");
    expect(placeText(resolve("/elsewhere"), cwd)).toBe(resolve("/elsewhere"));
  });
});

describe("shellWord", () => {
  it.each(["plain/path-1.ts", "with space", "it's", '"$HOME" `id`', "a\nb", "*", ""])("makes %j one word of that text", (word) => {
    const { stdout } = spawnSync("sh", ["-c", `printf '<%s>' ${shellWord(word)}`], { encoding: "utf8" });
    expect(stdout).toBe(`<${word}>`);
  });

  it("leaves alone what needs no quotes", () => {
    expect(shellWord("runs/run_1")).toBe("runs/run_1");
  });
});

describe("programName", () => {
  it("is dad where it is installed", () => {
    expect(programName(undefined, cwd)).toBe("dad");
    expect(programName("", cwd)).toBe("dad");
  });

  it("is the script of the clone where it runs from one", () => {
    expect(programName(cwd, cwd)).toBe("./dad");
    expect(programName(cwd, resolve("/elsewhere"))).toBe(join(cwd, "dad"));
    expect(programName(resolve("/my clone"), resolve("/elsewhere"))).toBe("'/my clone/dad'");
  });
});
