/** Why a file is not touched, although the disk might allow it. */
export class ForeignFileRefusal extends Error {
  override readonly name = "ForeignFileRefusal";
}
