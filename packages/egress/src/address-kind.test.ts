import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKinds } from "./address-kind.ts";

const kindOf = addressKinds(["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]);

describe("the kind of an address", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
  ])("is public: %s", (address) => {
    expect(kindOf(address)).toBe("public");
  });

  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "0:0:0:0:0:ffff:10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::c0a8:101",
    "93.184.215.14",
    "::ffff:93.184.215.14",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2606:2800:021f:CB07:6820:80da:af6b:8b2c",
  ])("is private: %s", (address) => {
    expect(kindOf(address)).toBe("private");
  });

  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%lo",
    "::1%lo",
    "fec0::1",
    "ff02::1",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "4000::1",
    "",
    "localhost",
    "127.1",
    "0x7f.0.0.1",
  ])("is forbidden: %j", (address) => {
    expect(kindOf(address)).toBe("forbidden");
  });

  it("is that of the IPv4 address which an IPv6 address holds", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom("::ffff:", "64:ff9b::", "0:0:0:0:0:FFFF:"), (address, prefix) => {
        expect(kindOf(`${prefix}${address}`)).toBe(kindOf(address));
      }),
    );
  });

  it("is public only where the world is", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const inTheWorld = /^\[(?:[23]|64:ff9b::|::ffff:)/.test(new URL(`http://[${address}]`).hostname);
        expect(inTheWorld || kindOf(address) !== "public").toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
