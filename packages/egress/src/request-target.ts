import { type Authority, readAuthority } from "./authority.ts";

/** What a request asks for. `path` begins with a slash and has the query. */
export interface RequestTarget extends Authority {
  readonly path: string;
}

const HTTP_PORT = 80;
const ABSOLUTE = /^http:\/\/([^/?#]+)(\/[^#]*|\?[^#]*)?$/i;
const VISIBLE = /^[\x21-\x7e]+$/;
/** Also written twice over, and with parameters behind it (`..;a`), which some servers take off. */
const DOTS = /^(?:\.|%(?:25)*2e){1,2}(?:;.*|%(?:25)*3b.*)?$/i;
const SEPARATOR = /[/\\]|%(?:25)*(?:2f|5c)/i;

/** An absolute URL of plain HTTP (RFC 9112 § 3.2.2). `undefined` for everything else, also for one with a user or a fragment. */
export function readAbsolute(url: string): RequestTarget | undefined {
  const [, written, rest = "/"] = (VISIBLE.test(url) && ABSOLUTE.exec(url)) || [];
  const authority = written === undefined ? undefined : readAuthority(written, HTTP_PORT);
  return authority === undefined ? undefined : { ...authority, path: rest.startsWith("?") ? `/${rest}` : rest };
}

/** A path alone (RFC 9112 § 3.2.1), of the host that the `Host` header names. */
export function readOrigin(url: string, host: string | undefined): RequestTarget | undefined {
  const authority = host === undefined ? undefined : readAuthority(host, HTTP_PORT);
  return authority === undefined || !VISIBLE.test(url) || !url.startsWith("/") || url.includes("#") ? undefined : { ...authority, path: url };
}

/** Whether the `Host` headers say what the target says: there is at most one, and it names the same host and port. */
export function agreesWithHost({ host, port }: Authority, headers: readonly string[], defaultPort: number = HTTP_PORT): boolean {
  const [header, second] = headers;
  if (header === undefined || second !== undefined) return header === undefined;
  const said = readAuthority(header, defaultPort);
  return said?.host === host && said.port === port;
}

export function withoutQuery(path: string): string {
  return path.split("?", 1)[0] ?? path;
}

/** Whether a server might go up from a path, whatever it takes for a separator. */
export function goesUp(path: string): boolean {
  return withoutQuery(path)
    .split(SEPARATOR)
    .some((segment) => DOTS.test(segment));
}
