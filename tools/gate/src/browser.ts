// Check: the page of a run works in a real browser. Arguments go on to vitest.
import { chromiumPath } from "./chromium.ts";
import { programOf, runCommand } from "./command.ts";
import { report } from "./report.ts";
import type { CommandLine } from "./step.ts";

const SUITE: CommandLine = [
  programOf("vitest"),
  "run",
  "--configLoader",
  "native",
  "--config",
  "tools/gate/vitest.browser.config.ts",
  ...process.argv.slice(2),
];

const chromium = chromiumPath(process.env);
const { code: missing } = chromium === undefined ? { code: 1 } : await runCommand([chromium, "--version"]);
if (missing !== 0)
  report(["Chromium is not there, and the page of a run is proved with it: apt-get install chromium, or say in CHROMIUM_PATH where it is"], "");
else {
  const { code, output } = await runCommand(SUITE);
  report(code === 0 ? [] : [output], "the page of a run works in a browser");
}
