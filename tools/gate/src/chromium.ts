import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium of this machine: the one that `CHROMIUM_PATH` names, or else the first one on the `PATH`. */
export function chromiumPath({ CHROMIUM_PATH, PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const files = PATH.split(delimiter).flatMap((directory) => NAMES.map((name) => join(directory, name)));
  return files.find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
