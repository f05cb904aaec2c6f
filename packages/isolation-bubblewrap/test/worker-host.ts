/** A worker that tries to open a space, and ends with what it was told. */
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { RunId } from "@dad/protocol";

await bubblewrapIsolation().open({ runId: RunId.parse("run1"), workspace: "/" });
