import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { defineConfig, type Options } from "tsup";

interface Manifest {
  readonly exports?: Record<string, string | { readonly "@dad/source"?: string }>;
  readonly bin?: Record<string, string>;
}

/**
 * Builds the package in the current directory: every entry that its exports map (or its `bin`) names.
 * Declarations come from `tsc --build`, which makes those of all packages in the time of one.
 */
export function preset(): Options {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const sources = Object.values(manifest.exports ?? {}).flatMap((entry) => (typeof entry === "object" ? (entry["@dad/source"] ?? []) : []));
  const programs = Object.values(manifest.bin ?? {}).map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"));
  return {
    entry: [...sources, ...programs],
    format: ["esm"],
    target: "node22",
    platform: "node",
    dts: false,
    clean: true,
    sourcemap: true,
    removeNodeProtocol: false,
    esbuildPlugins: [readyMadePage()],
  };
}

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** What is published has the page of a run ready-made, in the place of the module that builds it. */
function readyMadePage(): Plugin {
  return {
    name: "ready-made page",
    setup(build) {
      build.onLoad({ filter: /[\\/]packages[\\/]viewer[\\/]src[\\/]build-page\.ts$/ }, async ({ path }) => {
        const { buildPage } = (await import(pathToFileURL(path).href)) as { readonly buildPage: () => Promise<unknown> };
        return { contents: `const page = ${JSON.stringify(await buildPage())};\nexport const buildPage = async () => page;`, loader: "js" };
      });
    },
  };
}

export default defineConfig(preset);
