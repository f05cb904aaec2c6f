import { defineConfig } from "tsup";
import { preset } from "../../tsup.config.ts";

/** The program brings all that it runs in a few files, so that it starts fast; each command is loaded when it is asked for. */
export default defineConfig(() => ({
  ...preset(),
  noExternal: [/./],
  splitting: true,
  sourcemap: false,
  // CommonJS among what is bundled asks for Node's own modules this way; everything else is in the bundle.
  banner: { js: "const require = process.getBuiltinModule;" },
  esbuildOptions(options) {
    options.conditions = ["@dad/source"];
  },
}));
