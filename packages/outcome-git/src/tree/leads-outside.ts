/** Whether a link leads out of the tree that it is in, whatever the other links of the tree are. */
export function leadsOutside(path: string, target: string): boolean {
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  const up = steps.findIndex((step) => step !== "..");
  const ups = up === -1 ? steps.length : up;
  const depth = path.split("/").length - 1;
  // After a step down the way may lead through another link, so that a step up could lead anywhere.
  return /^\/|[\\:]/.test(target) || ups > depth || steps.slice(ups).includes("..");
}
