/** What the engine answers with a status of 400 or above, as `{"message": …}`. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
