import { defineConfig } from "@dad/config";
import { profileFor, profiles } from "./src/profiles.ts";

/** What `dad run src/agent.ts` uses. `src/main.ts` makes the same choices by hand. */
export default defineConfig({
  project: "tiny-duration",
  workspace: "library",
  resources: profiles,
  profile: profileFor,
  // Where nothing can contain what the model wrote, its tests run all the same, and the run says so.
  isolation: { onMissing: "degrade" },
});
