import { findPackageJSON, registerHooks } from "node:module";

/** What an agent file may import without having a project of its own. */
const OFFERED = /^(@dad\/[^/]+|zod)(\/|$)/;

/**
 * Lets files that are loaded from now on import `@dad/*` and `zod`: their project's own when it has
 * them, or else those that came with this program.
 */
export function offerOwnPackages(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const theirs = !OFFERED.test(specifier) || isInstalled(specifier, context.parentURL) || !isInstalled(specifier, import.meta.url);
      return theirs ? nextResolve(specifier, context) : { url: import.meta.resolve(specifier), shortCircuit: true };
    },
  });
}

function isInstalled(specifier: string, parent: string | undefined): boolean {
  try {
    return parent === undefined || findPackageJSON(specifier, parent) !== undefined;
  } catch {
    return false;
  }
}
