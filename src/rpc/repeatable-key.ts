/** A key of JSON as it may be repeated: "?" unless it is at most 64 letters, digits and _ . $ @ -, since a key may be anything, a prompt even. */
export function repeatableKey(key: string): string {
  return /^[\w.$@-]{1,64}$/.test(key) ? key : "?";
}
