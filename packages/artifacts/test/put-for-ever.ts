import { diskArtifactStore } from "@dad/artifacts/disk";

/** Puts content until it is killed. Says `put` after each. Arguments: root, name of the writer. */
const [root = "", writer = ""] = process.argv.slice(2);
const store = diskArtifactStore({ root });

for (let time = 0; ; time++) {
  const line = Buffer.from(`${writer} ${time % 7}\n`.repeat(3_000));
  await store.put(
    (async function* body() {
      for (let piece = 0; piece < 20; piece++) yield line;
    })(),
  );
  process.stdout.write("put\n");
}
