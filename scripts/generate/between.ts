/** A page with what stands between the markers of `name` replaced. Throws where the page has no such markers. */
export function between(page: string, name: string, source: string, body: string): string {
  const start = `<!-- ${name}: made from ${source} by npm run generate -->`;
  const end = `<!-- end of ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`The lines "${start}" and "${end}" are missing; put them around the table of ${name}.`);
  }
  return `${page.slice(0, from + start.length)}\n\n${body}\n\n${page.slice(to)}`;
}
