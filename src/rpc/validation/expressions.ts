/**
 * The CEL expressions of our Protobuf files, as functions. They are few, and CEL
 * itself is a parser, a regular expression engine and 20 MB; a test compares each
 * with it.
 */
export const expressions: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["!this.matches('(^|/)([.]{0,2})(/|$)')", text((value) => !hollowSegment.test(value))],
  [
    "this == '' || !this.matches('(^|/)([.]{0,2})(/|$)')",
    text((value) => value === "" || !hollowSegment.test(value)),
  ],
  [
    "this.matches('^([1-9][0-9]?|100):([1-9][0-9]?|100)$')",
    text((value) => aspectRatio.test(value)),
  ],
  [
    "this == 0.0 || (this > 1.0 && this <= 16.0)",
    (value) => value === 0 || ((value as number) > 1 && (value as number) <= 16),
  ],
]);

const hollowSegment = /(^|\/)([.]{0,2})(\/|$)/;
const aspectRatio = /^([1-9][0-9]?|100):([1-9][0-9]?|100)$/;

function text(test: (value: string) => boolean): (value: unknown) => boolean {
  return (value) => test(value as string);
}
