/** The name of a static input for a request: `<path>:<key>`. */
export interface RequestName {
  /** Whose request it is. */
  readonly owner: string;
  readonly key: string;
}

/** `undefined` for the name of an element. */
export function requestNameOf(name: string): RequestName | undefined {
  const at = name.indexOf(":");
  return at < 0 ? undefined : { owner: name.slice(0, at), key: name.slice(at + 1) };
}

/** The element that a static input is for, or whose request. */
export function ownerOf(name: string): string {
  return requestNameOf(name)?.owner ?? name;
}
