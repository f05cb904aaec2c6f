// Collects the garbage of a run root and deletes it, over and over, and prints how much of it there was: the run root.
import { purgeTrash } from "@dad/doctor";
import { localMaintenance } from "@dad/local";
import { DadError } from "@dad/protocol";
import { collect, leaveOrphans } from "./pool.ts";

const [runRoot = ""] = process.argv.slice(2);
await using store = localMaintenance({ runRoot, hostEnv: process.env });
for (;;) {
  await leaveOrphans(runRoot, 100);
  const count = await collect(store);
  // What was wrongly taken is lost now.
  await purgeTrash(store).catch((error: unknown) => {
    if (!DadError.is(error, "GC_RUNNING")) throw error;
  });
  console.log(count);
}
