import { BlockList, isIPv4, isIPv6 } from "node:net";

/** `private`: reached only where a rule says so. `forbidden`: reached only where a rule is this very address. */
export type AddressKind = "public" | "private" | "forbidden";

type Subnet = readonly [address: string, prefix: number];

const PRIVATE_4: readonly Subnet[] = [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
];
/** What else the IANA registry of special addresses lists, and where clouds answer questions of their machines. */
const FORBIDDEN_4: readonly Subnet[] = [
  ["0.0.0.0", 8],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
const PRIVATE_6: readonly Subnet[] = [
  ["::1", 128],
  ["fc00::", 7],
];
/** Of IPv6 only the global unicast addresses are public, without those that hold an IPv4 address or lead nowhere. */
const GLOBAL_6: readonly Subnet[] = [["2000::", 3]];
const FORBIDDEN_6: readonly Subnet[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
];
/** An IPv4 address is in the last 32 bits of these: mapped (RFC 4291), and translated by NAT64 (RFC 6052). */
const EMBEDDING = ["0:0:0:0:0:ffff:", "64:ff9b:0:0:0:0:"];

/** Tells addresses apart by where they lead. `own` are those of this machine: private, whatever they are otherwise. */
export function addressKinds(own: readonly string[]): (address: string) => AddressKind {
  const forbidden4 = subnets("ipv4", FORBIDDEN_4);
  const private4 = subnets("ipv4", PRIVATE_4);
  const forbidden6 = subnets("ipv6", FORBIDDEN_6);
  const private6 = subnets("ipv6", PRIVATE_6);
  const global6 = subnets("ipv6", GLOBAL_6);
  const mine = new Set(own.map((address) => address.toLowerCase()));

  const kind4 = (address: string): AddressKind => {
    if (forbidden4.check(address)) return "forbidden";
    return private4.check(address) || mine.has(address) ? "private" : "public";
  };
  const kind6 = (address: string): AddressKind => {
    const embedded = embeddedIPv4(address);
    if (embedded !== undefined) return kind4(embedded);
    if (forbidden6.check(address, "ipv6")) return "forbidden";
    if (private6.check(address, "ipv6") || mine.has(canonicalIPv6(address))) return "private";
    return global6.check(address, "ipv6") ? "public" : "forbidden";
  };
  return (address) => {
    if (isIPv4(address)) return kind4(address);
    return isIPv6(address) && !address.includes("%") ? kind6(address) : "forbidden";
  };
}

function subnets(family: "ipv4" | "ipv6", list: readonly Subnet[]): BlockList {
  const blocks = new BlockList();
  for (const [address, prefix] of list) blocks.addSubnet(address, prefix, family);
  return blocks;
}

function canonicalIPv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function embeddedIPv4(address: string): string | undefined {
  const [head = "", tail] = canonicalIPv6(address).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  const words = [...before, ...zeros, ...after];
  if (!EMBEDDING.includes(`${words.slice(0, 6).join(":")}:`)) return undefined;
  return words
    .slice(6)
    .map((word) => Number.parseInt(word, 16))
    .flatMap((word) => [word >> 8, word & 0xff])
    .join(".");
}
