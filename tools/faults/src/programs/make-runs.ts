/** Makes runs, one after the other, and prints the id of each. */
import { argumentOf } from "../program.ts";
import { makeRun, type Project } from "../small-run.ts";

const { count, ...project } = argumentOf<Project & { readonly count: number }>();
for (let made = 0; made < count; made++) console.log(await makeRun(project));
