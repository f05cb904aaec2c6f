import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHostName, readAuthority, readHost, writeAuthority } from "./authority.ts";

const anything = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCodePoint(unit)) });

describe("readHost", () => {
  it.each([
    ["api.example.com", "api.example.com"],
    ["API.Example.COM", "api.example.com"],
    ["localhost", "localhost"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["3com.example", "3com.example"],
    ["192.0.2.1", "192.0.2.1"],
    ["[::1]", "::1"],
    ["[2001:DB8:0:0:0:0:0:1]", "2001:db8::1"],
  ])("reads %s", (text, host) => {
    expect(readHost(text)).toBe(host);
  });

  it.each([
    "",
    ".",
    "example.com.",
    ".example.com",
    "a..b",
    "-a.example",
    "a-.example",
    "a_b.example",
    "bücher.example",
    "exam\u0000ple.com",
    "example.com\u0000.evil.com",
    "example.com\n",
    "user@example.com",
    "example.com%2eevil.com",
    "K.example\u212a",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.01",
    "1.2.3.4.5",
    "256.1.1.1",
    "a.0x1",
    "a.1",
    "::1",
    "[::1",
    "[::1%lo]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[127.0.0.1]",
    "[v1.a]",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(127)}example`,
  ])("does not take %j for a host", (text) => {
    expect(readHost(text)).toBeUndefined();
  });

  it("gives nothing but names and addresses, whatever it is given", () => {
    const likely = fc.stringMatching(/^[A-Za-z0-9.\-:[\]%@x_ ]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(anything, likely, fc.domain(), fc.ipV4Extended(), fc.ipV6()), (text) => {
        const host = readHost(text);
        if (host === undefined) return;
        expect(host).toMatch(/^(?:(?!.*\.$)(?!.*\.(?:[0-9]+|0x[0-9a-f]*)$)[a-z0-9.-]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f:]+)$/);
        expect(readHost(host.includes(":") ? `[${host}]` : host)).toBe(host);
        // What a browser makes of it is the same: nobody reads it in another way.
        expect(new URL(`http://${host.includes(":") ? `[${host}]` : host}/`).hostname.replaceAll(/[[\]]/g, "")).toBe(host);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("isHostName", () => {
  it("takes what the DNS has names for", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(isHostName(domain.toLowerCase())).toBe(true);
      }),
    );
  });
});

describe("readAuthority", () => {
  it.each([
    ["a.example:443", { host: "a.example", port: 443 }],
    ["[::1]:80", { host: "::1", port: 80 }],
  ])("reads %s and writes it again", (text, authority) => {
    expect(readAuthority(text)).toEqual(authority);
    expect(writeAuthority(authority)).toBe(text);
  });

  it("knows the port that is not there only where there is a default", () => {
    expect(readAuthority("a.example")).toBeUndefined();
    expect(readAuthority("a.example", 80)).toEqual({ host: "a.example", port: 80 });
  });

  it.each([
    "a.example:",
    "a.example:0",
    "a.example:080",
    "a.example:65536",
    "a.example:+80",
    "a.example:80 ",
    "a.example:8e1",
    "a.example:80:80",
    "u@a.example:80",
    ":80",
    "a.example:80/",
  ])("does not take %j for one", (text) => {
    expect(readAuthority(text, 80)).toBeUndefined();
  });
});
