/** What a page consists of besides its data. Neither asks for anything from elsewhere, nor makes code from text. */
export interface ViewerBundle {
  /** The text of a classic inline script. It shows the report that stands in the page: JSON, gzip, base64, in a script of type `application/octet-stream`. */
  readonly script: string;
  /** The text of a style sheet. */
  readonly style: string;
}

/**
 * The script and the style of the page. From sources, they are built when they are asked for; what is published has them ready-made,
 * in a file that is loaded now.
 */
export async function viewerBundle(): Promise<ViewerBundle> {
  const { buildPage } = await import("./build-page.ts");
  return buildPage();
}
