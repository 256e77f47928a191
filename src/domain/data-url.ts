/** Whether an address is the file itself (RFC 2397). The scheme's case does not count. */
export function isDataUrl(url: string): boolean {
  return /^data:/i.test(url);
}

/** What stands before the base64 in "data:image/png;base64,…". Undefined for any other text. */
export function base64Head(text: string): string | undefined {
  return /^data:[^,]*;base64,/i.exec(text)?.[0];
}
