import { build, type BuildOptions } from "esbuild";

/** What a page consists of besides its data. Neither asks for anything from elsewhere, nor makes code from text. */
export interface ViewerBundle {
  /** The text of a classic inline script. It shows the report that stands in the page: JSON, gzip, base64, in a script of type `application/octet-stream`. */
  readonly script: string;
  /** The text of a style sheet. */
  readonly style: string;
}

const TARGETS = ["chrome123", "firefox128", "safari17.5"];

/** Builds the page from its sources. What is published has the result in the place of this module: `tsup.config.ts` puts it there. */
export async function buildPage(): Promise<ViewerBundle> {
  // No module of the page does anything when it is loaded: the call stands here.
  const [script, style] = await Promise.all([
    built('import { openPage } from "./page.tsx"; openPage(document);', { loader: "ts" }),
    built('@import "./page.css";', { loader: "css" }),
  ]);
  return { script, style };
}

async function built(contents: string, { loader }: { readonly loader: "ts" | "css" }): Promise<string> {
  const options: BuildOptions = {
    stdin: { contents, loader, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: TARGETS,
    jsx: "automatic",
    jsxImportSource: "preact",
    conditions: ["@dad/source"],
    legalComments: "none",
    logLevel: "silent",
  };
  const { outputFiles = [] } = await build(options);
  return outputFiles[0]?.text.trimEnd() ?? "";
}
