/**
 * Runs the benchmarks that are named, or all of them: `npm run bench large-image`.
 * They print tables and decide nothing: no test depends on how fast a machine is.
 */
const benchmarks = ["json-with-media", "large-image"] as const;

const named = process.argv.slice(2);
const unknown = named.filter((name) => !benchmarks.some((each) => each === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}. There are ${benchmarks.join(", ")}.`);
  process.exit(2);
}
for (const name of benchmarks) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.log(`\n${name}`);
  await import(`./${name}.ts`);
}
