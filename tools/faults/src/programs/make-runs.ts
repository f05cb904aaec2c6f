/** Makes runs, one after the other, and prints the id of each. */
import { argumentOf } from "../program.ts";
import { makeRun } from "../small-run.ts";

const { root, count } = argumentOf<{ readonly root: string; readonly count: number }>();
for (let made = 0; made < count; made++) console.log(await makeRun(root));
