import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isolationContract } from "@dad/isolation/testing";
import { describe } from "vitest";
import { create } from "./host-adapter.ts";

/** Where there is no bubblewrap there is nothing to hold to its contract; continuous integration has to have it. */
const isExpected = existsSync("/usr/bin/bwrap") || process.env.CI !== undefined;

describe.runIf(isExpected)("with bubblewrap", () => {
  isolationContract("bubblewrapIsolation", {
    create,
    program: { module: fileURLToPath(new URL("./host-adapter.ts", import.meta.url)), execArgv: ["--conditions=@dad/source"] },
  });
});
