/**
 * The page that shows a run in a browser, with no server and no network.
 *
 * @packageDocumentation
 */
export { viewerBundle, type ViewerBundle } from "./viewer-bundle.ts";
