import { describe, expect, it } from "vitest";
import { EngineError } from "./engine.ts";
import { unreachable } from "./problems.ts";

const failed = (code: string) => ({
  socketPath: `/run/${code}`,
  error: new EngineError("connect", { cause: Object.assign(new Error("connect"), { code }) }),
});

describe("unreachable", () => {
  it("says of a socket that may not be used what the right to it means", () => {
    const { message, remedy } = unreachable([failed("ENOENT"), failed("ECONNREFUSED"), failed("EACCES")]);
    expect(message).toContain("/run/EACCES");
    expect(remedy).toContain("sudo usermod -aG docker $USER");
    expect(remedy).toContain("is root on this machine");
  });

  it("names the socket of an engine that does not run rather than one that is missing", () => {
    expect(unreachable([failed("ENOENT"), failed("ECONNREFUSED")])).toMatchObject({
      message: expect.stringContaining("/run/ECONNREFUSED is not running"),
    });
  });

  it("names every place that was looked at when there is no engine", () => {
    const { message, remedy } = unreachable([failed("ENOENT"), { ...failed("ENOENT"), socketPath: "/run/other" }]);
    expect(message).toContain("/run/ENOENT, /run/other");
    expect(remedy).toContain("`sockets`");
  });

  it("passes on what else went wrong", () => {
    expect(unreachable([{ socketPath: "/run/odd", error: new Error("parse error") }]).message).toContain("parse error");
  });
});
