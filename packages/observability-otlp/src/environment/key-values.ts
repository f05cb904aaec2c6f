/** A token of HTTP (RFC 9110, 5.6.2), as the names in the header `baggage` are. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * `a=1,b=2`, as in the header `baggage` of the W3C, without metadata: values are percent-encoded. What is wrong is told by its place, because
 * it may be secret.
 */
export function keyValues(text: string): { readonly values: Readonly<Record<string, string>>; readonly problems: readonly string[] } {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const [index, member] of text.split(",").entries()) {
    if (member.trim() === "") continue;
    const problem = readMember(member, values);
    if (problem !== undefined) problems.push(`its member ${index + 1} ${problem}`);
  }
  return { values, problems };
}

function readMember(member: string, into: Record<string, string>): string | undefined {
  const equals = member.indexOf("=");
  if (equals === -1) return "has no =";
  const key = member.slice(0, equals).trim();
  if (!TOKEN.test(key)) return "has a name with characters that names do not have";
  const value = decoded(member.slice(equals + 1).trim());
  if (value === undefined) return `(${key}) has a % that is not followed by two hexadecimal digits, or bytes that are no UTF-8`;
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
  return undefined;
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
