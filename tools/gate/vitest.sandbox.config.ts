import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const conditions = ["@dad/source"];

/**
 * What needs a sandbox of this machine. Not part of the tests, which are for every machine: the gate installs what these need, and
 * runs them as two users. Nobody but the owner of the clone may write in it, so the cache is elsewhere.
 */
export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  cacheDir: join(tmpdir(), `dad-vitest-${process.getuid?.() ?? "user"}`),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    maxWorkers: "100%",
    include: ["{packages,apps}/*/{src,test,e2e}/**/*.sandbox.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
