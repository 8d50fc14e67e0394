// The type of page.generated.json, which scripts/generate-page.mjs makes from page/.
declare const page: { readonly style: string; readonly script: string };
export = page;
