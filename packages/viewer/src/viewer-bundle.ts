import type { ViewerBundle } from "./build-page.ts";

/**
 * The script and the style of the page. From sources, they are built when they are asked for; what is published has them ready-made,
 * in a file that is loaded now.
 */
export async function viewerBundle(): Promise<ViewerBundle> {
  const { buildPage } = await import("./build-page.ts");
  return buildPage();
}
