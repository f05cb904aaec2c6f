import { DadError } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EgressRule, judge, parseEgressRule, soundRule } from "./egress-rule.ts";

function allowed(rules: readonly EgressRule[], host: string, port = 443): boolean {
  const sound = rules.map((rule) => soundRule(rule));
  return judge(sound, { host, port }).allowed;
}

const anything = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCodePoint(unit)) });

function hostOrCode(text: string): string | undefined {
  try {
    return parseEgressRule(text).host;
  } catch (error) {
    return DadError.is(error) ? error.code : undefined;
  }
}

describe("parseEgressRule", () => {
  it.each([
    ["api.example.com", { host: "api.example.com", ports: [443, 80], private: false }],
    ["API.example.com:8443", { host: "api.example.com", ports: [8443], private: false }],
    ["*.example.com", { host: "*.example.com", ports: [443, 80], private: false }],
    ["192.0.2.7:53", { host: "192.0.2.7", ports: [53], private: false }],
    ["[2001:DB8::7]:443", { host: "2001:db8::7", ports: [443], private: false }],
    ["[::1]", { host: "::1", ports: [443, 80], private: false }],
  ])("reads %s", (text, rule) => {
    expect(parseEgressRule(text)).toEqual(rule);
  });

  it.each([
    ["", "names no host"],
    [":443", "names no host"],
    ["https://a.example", "scheme"],
    ["a.example/path", "path"],
    ["me@a.example", "user"],
    ["a.example:", "no port"],
    ["a.example:https", "no port"],
    ["a.example:99999", "no port"],
    ["a.example:443:80", "no port"],
    ["::1", 'in brackets, as in "[::1]:443"'],
    ["a.example.", "dot at the end"],
    ["*", "star"],
    ["a.*.example", "star"],
    ["*a.example", "star"],
    ["*.com", "at least two labels"],
    ["*.127.1", 'after "*."'],
    ["*.*.example", 'after "*."'],
    ["[fe80::1%eth0]", "zone"],
    ["[::ffff:10.0.0.1]", "IPv4 address that it holds"],
    ["127.1", "address in full"],
    ["2130706433", "address in full"],
    ["bücher.example", "punycode"],
    ["\u212a.example", "punycode"],
    ["a\u0000.example", "letters, digits"],
  ])("says what is wrong with %j", (text, problem) => {
    const read = (): EgressRule => parseEgressRule(text);
    expect(read).toThrow(problem);
    expect(read).toThrow(JSON.stringify(text));
    expect(read).toThrow(
      expect.objectContaining({ code: "EGRESS_RULE_INVALID", details: { rule: text, problem: expect.stringContaining(problem) } }),
    );
  });

  it("reads a rule or fails with its code, whatever it is given", () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.stringMatching(/^[*a-z0-9.:[\]]{0,16}$/)), (text) => {
        expect(hostOrCode(text)).toMatch(/^(?:(?:\*\.)?[a-z0-9.:-]+|EGRESS_RULE_INVALID)$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a rule", () => {
  it("has ports that are some", () => {
    expect(() => soundRule({ host: "a.example", ports: [] })).toThrow("names no port");
    expect(() => soundRule({ host: "a.example", ports: [80.5] })).toThrow("80.5 is no port");
  });

  it("allows its host at its ports, and nothing else", () => {
    const rules = [{ host: "a.example" }, { host: "b.example", ports: [8080] }];
    expect([allowed(rules, "a.example", 443), allowed(rules, "a.example", 80), allowed(rules, "b.example", 8080)]).toEqual([true, true, true]);
    expect([allowed(rules, "a.example", 8080), allowed(rules, "c.example"), allowed(rules, "x.a.example"), allowed(rules, "a.example.evil")]).toEqual(
      Array.from({ length: 4 }, () => false),
    );
  });

  it("with a star allows every name below, not the name itself, and no address", () => {
    const rules = [{ host: "*.example.com" }];
    expect([allowed(rules, "a.example.com"), allowed(rules, "a.b.example.com")]).toEqual([true, true]);
    expect([
      allowed(rules, "example.com"),
      allowed(rules, "evilexample.com"),
      allowed(rules, "example.com.evil"),
      allowed(rules, ".example.com"),
    ]).toEqual(Array.from({ length: 4 }, () => false));
  });

  it("says whether it is the host or the port that no rule names", () => {
    const rules = [soundRule({ host: "a.example" })];
    expect(judge(rules, { host: "a.example", port: 22 })).toEqual({ allowed: false, reason: "port-not-allowed" });
    expect(judge(rules, { host: "b.example", port: 22 })).toEqual({ allowed: false, reason: "host-not-allowed" });
  });

  it("lets a name lead to private addresses only at the ports where it says so", () => {
    const rules = [soundRule({ host: "*.a.example", ports: [80] }), soundRule({ host: "m.a.example", ports: [8080], private: true })];
    expect(judge(rules, { host: "m.a.example", port: 80 })).toEqual({ allowed: true, private: false });
    expect(judge(rules, { host: "m.a.example", port: 8080 })).toEqual({ allowed: true, private: true });
  });

  it("names whatever is allowed", () => {
    const label = fc.constantFrom("a", "b", "example", "com");
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const rule = fc.record({
      host: fc.oneof(
        name,
        name.filter((domain) => domain.includes(".")).map((domain) => `*.${domain}`),
      ),
      ports: fc.subarray([80, 443], { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), name, fc.constantFrom(80, 443), (rules, host, port) => {
        const named = rules.some(
          (each) => each.ports.includes(port) && (each.host === host || (each.host.startsWith("*") && host.endsWith(each.host.slice(1)))),
        );
        expect(allowed(rules, host, port)).toBe(named);
      }),
    );
  });
});
