/** A store that we need is away. The caller lost nothing and should try again after `retryAfterSeconds`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds: number, cause: unknown) {
    super(`${what} is not available; try again in ${retryAfterSeconds} s`, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
