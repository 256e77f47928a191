/** Tells whether a text can be the file of a Google credential: a JSON object. */
export function isCredentialsJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
