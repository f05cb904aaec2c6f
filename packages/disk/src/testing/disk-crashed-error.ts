/** What a call of a crashed disk ends with, where the crash does not end the process. No adapter knows it, so none takes it for something else. */
export class DiskCrashedError extends Error {
  override readonly name = "DiskCrashedError";

  constructor() {
    super("the disk has crashed");
  }
}
