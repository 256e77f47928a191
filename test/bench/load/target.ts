/** What a load generator is to ask, and how. */
export interface LoadTarget {
  readonly url: string;
  readonly http: "1.1" | "2";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
