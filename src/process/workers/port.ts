/** One end of a line between two processes. What is sent arrives as a structured clone, in order. */
export interface Port<Sent, Taken> {
  /** What is sent to a process that is gone is lost. */
  send(message: Sent): void;
  /** To be called once. */
  listen(take: (message: Taken) => void): void;
}
