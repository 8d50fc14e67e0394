/** An image in the page: its row in the table, and everything reported about it. */
interface Entry {
  readonly row: HTMLTableRowElement;
  readonly article: HTMLElement | null;
  /** Lower case, made when it is first searched. */
  text: string | undefined;
}

/** Shows the filter and narrows the table and the list of images to what matches. */
export function startFilter(document: Document): void {
  const form = document.querySelector('form.filter');
  const search = document.getElementById('search');
  const rule = document.getElementById('rule');
  const result = document.querySelector('.result');
  const empty = document.querySelector<HTMLElement>('.empty');
  if (!(form instanceof HTMLFormElement && search instanceof HTMLInputElement && rule instanceof HTMLSelectElement))
    return;
  const entries = entriesOf(document);
  const apply = (): void => {
    const words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const outcome = new FormData(form).get('outcome');
    const tone = typeof outcome === 'string' ? outcome : '';
    let count = 0;
    for (const entry of entries) {
      const matches = hasOutcome(entry.row, rule.value, tone) && words.every((word) => textOf(entry).includes(word));
      if (matches) count += 1;
      if (entry.row.hidden === !matches) continue;
      entry.row.hidden = !matches;
      if (entry.article !== null) entry.article.hidden = !matches;
    }
    if (result !== null) result.textContent = `${count} of ${entries.length} images`;
    if (empty !== null) empty.hidden = count > 0;
  };
  form.hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  // A page that is gone back to keeps what was typed.
  addEventListener('pageshow', apply);
  // Texts are built and searched once before the first key stroke.
  requestIdleCallback(() => {
    for (const entry of entries) textOf(entry).includes('\0');
  });
}

function entriesOf(document: Document): readonly Entry[] {
  const articles = document.querySelectorAll<HTMLElement>('#images > .image');
  const rows = document.querySelectorAll<HTMLTableRowElement>('.matrix > tbody > tr');
  return [...rows].map((row, index) => ({ row, article: articles[index] ?? null, text: undefined }));
}

function textOf(entry: Entry): string {
  entry.text ??= `${entry.row.cells[0]?.textContent ?? ''} ${entry.article?.textContent ?? ''}`.toLowerCase();
  return entry.text;
}

/** Whether the worst answer, or that of one rule, is the selected one; for a rule alone, whether it was evaluated at all. */
function hasOutcome(row: HTMLTableRowElement, rule: string, tone: string): boolean {
  if (rule === '') return tone === '' || (row.cells[0]?.querySelector(`.mark.${tone}`) ?? null) !== null;
  const own = row.cells[Number(rule) + 1]?.className ?? 'none';
  return tone === '' ? own !== 'none' : own === tone;
}
