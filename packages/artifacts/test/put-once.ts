import { diskArtifactStore } from "@dad/artifacts/disk";

/** Puts 1 MiB at the moment that it is told to, and prints its digest. Arguments: root, the byte to repeat. */
const [root = "", byte = "0"] = process.argv.slice(2);
const store = diskArtifactStore({ root });

process.stdout.write("ready\n");
process.stdin.once("data", () => void put());

async function put(): Promise<void> {
  const { digest } = await store.put(Buffer.alloc(1024 * 1024, Number(byte)));
  process.stdout.write(`${digest}\n`);
  process.stdin.destroy();
}
