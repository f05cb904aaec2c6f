import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agreesWithHost, goesUp, readAbsolute, readOrigin } from "./request-target.ts";

describe("readAbsolute", () => {
  it.each([
    ["http://a.example/x?y=1", { host: "a.example", port: 80, path: "/x?y=1" }],
    ["HTTP://A.example:8080", { host: "a.example", port: 8080, path: "/" }],
    ["http://a.example?y", { host: "a.example", port: 80, path: "/?y" }],
    ["http://[::1]:81/", { host: "::1", port: 81, path: "/" }],
  ])("reads %s", (url, target) => {
    expect(readAbsolute(url)).toEqual(target);
  });

  it.each([
    "/x",
    "*",
    "a.example:80",
    "https://a.example/",
    "ftp://a.example/",
    "http:/a.example/",
    "http:a.example",
    "http:///x",
    "http://u@a.example/",
    "http://u:p@a.example/",
    "http://a.example@evil.example/",
    "http://a.example\\@evil.example/",
    "http://a.example\\evil.example",
    "http://a.example#@evil.example/",
    "http://a.example/#x",
    "http://a.example/ x",
    "http://a.example/\u0000",
    "http://a.example/\u00e9",
    "http://a.example\t/",
    "http://a.example.:80/",
    "http://a.example:/",
    "http://127.1/",
    "http://0x7f000001/",
  ])("does not take %j for one", (url) => {
    expect(readAbsolute(url)).toBeUndefined();
  });

  it("reads each URL as the URL standard does, or not at all", () => {
    const tail = fc.stringMatching(/^[a-z0-9.:@/\\?#%[\] -]{0,24}$/);
    fc.assert(
      fc.property(tail, (text) => {
        const target = readAbsolute(`http://${text}`);
        if (target === undefined) return;
        const url = new URL(`http://${text}`);
        expect(url.hostname.replaceAll(/[[\]]/g, "")).toBe(target.host);
        expect(Number(url.port || 80)).toBe(target.port);
        expect(url.username + url.password + url.hash).toBe("");
      }),
      { numRuns: 3000 },
    );
  });
});

describe("readOrigin", () => {
  it("takes the host from the header", () => {
    expect(readOrigin("/x", "A.example")).toEqual({ host: "a.example", port: 80, path: "/x" });
  });

  it.each([
    ["/x", undefined],
    ["http://a.example/x", "a.example"],
    ["/x#y", "a.example"],
    ["/x", "a.example/"],
    ["*", "a.example"],
  ])("does not read %j of %j", (url, host) => {
    expect(readOrigin(url, host)).toBeUndefined();
  });
});

describe("agreesWithHost", () => {
  const target = { host: "a.example", port: 80 };

  it.each([[[]], [["a.example"]], [["A.EXAMPLE:80"]]])("finds that %j say the same", (headers) => {
    expect(agreesWithHost(target, headers)).toBe(true);
  });

  it.each([[["b.example"]], [["a.example:81"]], [["a.example", "a.example"]], [["a.example, b.example"]], [[""]]])(
    "finds that %j do not",
    (headers) => {
      expect(agreesWithHost(target, headers)).toBe(false);
    },
  );
});

describe("goesUp", () => {
  it.each([
    "/..",
    "/../x",
    "/a/%2e%2E/x",
    "/a/.%2e",
    "/a/./b",
    "/a\\..\\b",
    "/a%2f..%2fb",
    "/a%5C..",
    "/..?x",
    "/a/..;/x",
    "/..;a=b",
    "/%252e%252e/x",
    "/a%252f..%252Fb",
  ])("sees it in %s", (path) => {
    expect(goesUp(path)).toBe(true);
  });

  it.each(["/", "/a/b", "/a..b", "/...", "/..a;b", "/a;../b..;c", "/models/a%2Fb", "/?path=/../x"])("sees none in %s", (path) => {
    expect(goesUp(path)).toBe(false);
  });
});
