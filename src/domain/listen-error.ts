/** An address cannot be listened on: it is taken, or is none of this machine's. Whoever chose it can choose another. */
export class ListenError extends Error {
  /** `address` as its owner wrote it: "127.0.0.1:8080". */
  constructor(address: string, cause: Error) {
    super(`cannot listen on ${address}: ${cause.message}`, { cause });
  }
}
