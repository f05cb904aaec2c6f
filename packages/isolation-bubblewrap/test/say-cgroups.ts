import { findCgroups } from "@dad/isolation-bubblewrap/cgroup";

/** What a user may do here. */
const user = Number(process.argv[2]);
process.setgid?.(user);
process.setuid?.(user);
const { controllers, directories, problems } = await findCgroups();
process.stdout.write(JSON.stringify({ controllers, directories, problems }));
