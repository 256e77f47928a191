/** A name for an image in a form, with the ending of its type: "image-1.jpg". */
export function imageFileName(stem: string, mimeType: string): string {
  const ending = mimeType === "image/jpeg" ? "jpg" : mimeType.replace(/^image\//, "");
  return `${stem}.${ending}`;
}
