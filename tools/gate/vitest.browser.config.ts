import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { chromiumPath } from "./src/chromium.ts";

const conditions = ["@dad/source"];

/** What needs a browser of this machine. Not part of the tests, which are for every machine: the gate says what has to be installed. */
export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["{packages,apps}/*/{src,test,e2e}/**/*.browser.test.ts"],
    env: { CHROMIUM_PATH: chromiumPath(process.env) ?? "" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
