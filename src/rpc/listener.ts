/** Something that accepts connections. */
export interface Listener {
  /** Where it listens: "127.0.0.1:8080", with the port that it really got. */
  readonly address: string;
  /** Accepts nothing more and resolves once every call has ended. */
  drain(): Promise<void>;
  /** Closes what is still open, at once. */
  destroy(): void;
}
