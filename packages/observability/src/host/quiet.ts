/**
 * The same, whose methods do not throw: what a host has is made by somebody else, who may think that odd values are worth an error. A
 * method that would throw gives `instead`, or the quiet one itself where there is none.
 */
export function quiet<Target extends object>(target: Target, instead?: () => unknown): Target {
  const silent: Target = new Proxy(target, {
    get(_target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]): unknown => {
        try {
          const result: unknown = Reflect.apply(member, target, given);
          return result === target ? silent : result;
        } catch {
          return instead ? instead() : silent;
        }
      };
    },
  });
  return silent;
}
