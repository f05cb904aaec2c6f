/**
 * The page that shows a run in a browser, with no server and no network.
 *
 * @packageDocumentation
 */
export type { ViewerBundle } from "./build-page.ts";
export { viewerBundle } from "./viewer-bundle.ts";
