import { isIPv4, isIPv6 } from "node:net";

/** A host and a port, as they are compared: a name in lower case, or an address in the one form that it has here. */
export interface Authority {
  readonly host: string;
  readonly port: number;
}

const NAME_LENGTH = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a resolver takes for a number: a name that ends like this is an address in disguise (`127.1`, `0x7f.1`, `2130706433`). */
const NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)$/;
const MAPPED = /^::ffff:/;
const BRACKETED = /^\[([0-9a-f:.]{2,45})\]$/;
const AUTHORITY = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([1-9][0-9]{0,4}))?$/;
const LAST_PORT = 65_535;

/** ASCII alone: the sign for kelvin is no `k` in a name. */
export function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** True for a name of letters, digits, hyphens and dots, in lower case, which no resolver takes for an address. */
export function isHostName(text: string): boolean {
  const labels = text.split(".");
  return text.length <= NAME_LENGTH && labels.every((label) => LABEL.test(label)) && !NUMBER.test(labels.at(-1) ?? "");
}

/**
 * The form in which a host is compared, or `undefined` for what is none. IPv4 has four decimal numbers (RFC 6943 § 3.1.1,
 * "strict"), IPv6 stands in brackets and loses them; one with a zone and one that holds an IPv4 address are none.
 */
export function readHost(text: string): string | undefined {
  const host = lowerCase(text);
  if (isIPv4(host) || isHostName(host)) return host;
  const inner = BRACKETED.exec(host)?.[1];
  if (inner === undefined || !isIPv6(inner)) return undefined;
  const canonical = new URL(`http://[${inner}]`).hostname.slice(1, -1);
  return MAPPED.test(canonical) ? undefined : canonical;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= LAST_PORT;
}

/** `host:port`, or only the host when there is a default port. `undefined` for everything else that somebody might write. */
export function readAuthority(text: string, defaultPort?: number): Authority | undefined {
  const [, written, digits] = AUTHORITY.exec(text) ?? [];
  const host = written === undefined ? undefined : readHost(written);
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === undefined || port === undefined || !isPort(port) ? undefined : { host, port };
}

/** As it is written in a URL. */
export function writeHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

export function writeAuthority({ host, port }: Authority): string {
  return `${writeHost(host)}:${port}`;
}
